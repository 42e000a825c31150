# The GitHub action and the GitLab template, run as their files say (ci_runner.py): for an image that matches, one
# that does not, a stale lock and a forged document, the exit code, the summary and the reports are right. A full disk
# is in gates_full_disk.sh.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"
. "$SOURCE/tests/cli/ci_systems.sh"

make_project .
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build -o app.eif
pcr0=$("$REPRODUCE" measure app.eif | sed -n 's/^PCR0  //p')
forge app.eif right
printf 'another app' >rootfs/bin/app
expect 1 "$REPRODUCE" lock --check
cp enclave.lock true.lock
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build -o wrong.eif
forge wrong.eif wrong
printf 'an app' >rootfs/bin/app
cp true.lock enclave.lock

# An image that matches: the table of registers is what people see.
on_github 0 lock enclave.toml
says summary 'yes: the lock is up to date'
reported reproduce-reports/junit.xml -
on_github 0 build enclave.toml -o app.eif
says summary "| PCR0 | \`$pcr0\` | \`$pcr0\` |"
reported reproduce-reports/junit.xml -
on_github 0 verify app.eif right.cbor --policy right.toml
says summary 'yes: '
says summary "| PCR0 | \`$pcr0\` | \`$pcr0\` |"
reported reproduce-reports/junit.xml -
on_github 0 diff app.eif app.eif
says summary 'yes: nothing differs'
on_gitlab 0 REPRODUCE_ATTESTATION=right.cbor REPRODUCE_POLICY=right.toml
for step in lock build verify; do reported reproduce-reports/$step.xml -; done
says reproduce-reports/build.md "| PCR0 | \`$pcr0\` |"
says reproduce-reports/verify.md 'yes: '
cmp gitlab.eif app.eif
on_gitlab 0
[ ! -e reproduce-reports/verify.xml ]

# One that does not: what moved which register is said.
on_github 1 verify app.eif wrong.cbor --policy wrong.toml --against wrong.eif
says summary 'no: this image is not the attested one'
says summary "| PCR0 | \`$pcr0\` | \`"
says summary 'rootfs/bin/app'
reported reproduce-reports/junit.xml failure
on_github 1 diff wrong.eif app.eif
says summary 'no: they differ'
says summary 'rootfs/bin/app'
on_gitlab 1 REPRODUCE_ATTESTATION=wrong.cbor REPRODUCE_POLICY=wrong.toml REPRODUCE_RELEASED=wrong.eif
reported reproduce-reports/build.xml -
reported reproduce-reports/verify.xml failure
says reproduce-reports/verify.md 'no: this image is not the attested one'
says reproduce-reports/verify.md 'rootfs/bin/app'

# The workflow that people copy: lock, build and verify, until one of them does not say yes.
for answer in right wrong; do
  cp $answer.cbor attestation.cbor
  cp $answer.toml policy.toml
  cp wrong.eif released.eif
  expect "$([ $answer = right ] && echo 0 || echo 1)" env PATH="$work/bin:$PATH" GITHUB_STEP_SUMMARY="$work/$answer.md" \
    /usr/bin/python3 "$runner" workflow "$SOURCE/docs/examples/ci/github.yml" "$SOURCE"
  [ "$(grep -c '^### reproduce' $answer.md)" = 3 ]
done
says right.md 'yes: this image is the attested one'
says wrong.md 'rootfs/bin/app'

# A forged document: of a root that is not AWS's, and one that was changed after it was signed. No answer is no no.
on_github 4 verify app.eif right.cbor
says summary 'no answer: '
reported reproduce-reports/junit.xml error
on_gitlab 4 REPRODUCE_ATTESTATION=right.cbor
reported reproduce-reports/verify.xml error
says reproduce-reports/verify.md 'no answer: '
/usr/bin/python3 -c 'import sys
document = bytearray(open("right.cbor", "rb").read())
document[-1] ^= 1
open("bent.cbor", "wb").write(document)'
on_github 4 verify app.eif bent.cbor --policy right.toml
says summary 'no answer: '
says summary 'signature'
on_gitlab 4 REPRODUCE_ATTESTATION=bent.cbor REPRODUCE_POLICY=right.toml
reported reproduce-reports/verify.xml error

# A stale lock: of a changed input, and of a changed manifest. No image is made.
rm -f gitlab.eif
printf 'another app' >rootfs/bin/app
on_github 1 lock enclave.toml
says summary 'no: the lock is not what'
says summary 'tree_sha256'
reported reproduce-reports/junit.xml failure
on_github 4 build enclave.toml -o other.eif
says summary 'does not match its pin'
reported reproduce-reports/junit.xml error
on_gitlab 1 REPRODUCE_ATTESTATION=right.cbor REPRODUCE_POLICY=right.toml
reported reproduce-reports/lock.xml failure
says reproduce-reports/lock.md 'tree_sha256'
printf 'an app' >rootfs/bin/app
printf '# a remark\n' >>enclave.toml
on_github 1 lock enclave.toml
says summary 'manifest_sha256'
on_github 2 build enclave.toml -o other.eif
says summary 'stale'
reported reproduce-reports/junit.xml error
on_gitlab 1
says reproduce-reports/lock.md 'manifest_sha256'
expect 2 "$REPRODUCE" build -o gitlab.eif
[ ! -e other.eif ] && [ ! -e gitlab.eif ] && [ ! -e reproduce-reports/build.xml ]
sed -i '$d' enclave.toml
expect 0 "$REPRODUCE" lock --check

# A summary that cannot be written is no yes.
if [ -e /dev/full ]; then
  expect 5 env GITHUB_STEP_SUMMARY=/dev/full sh "$action/gate.sh" diff app.eif app.eif
  expect 1 env GITHUB_STEP_SUMMARY=/dev/full sh "$action/gate.sh" diff wrong.eif app.eif
fi

# What stands in arguments is neither a pattern nor a command, and no other verb can be had.
on_github 5 diff '$(touch made)' '*.eif'
[ ! -e made ]
says summary 'touch made'
on_github 2 run app.eif
says summary 'there is no report'
says err "no gate is made of 'run'"
# Without GitHub the summary is what is printed.
expect 0 sh "$action/gate.sh" diff app.eif app.eif
says out 'yes: nothing differs'
