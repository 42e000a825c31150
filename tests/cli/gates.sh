# The shell parts of the GitHub action and of the GitLab template: for an image that matches, one that does not, a
# stale lock, a forged document and a full disk, the exit code and the summary are right.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"
gate=$SOURCE/.github/actions/reproduce/gate.sh
export REPRODUCE

# on_github CODE VERB ARGUMENT...: as the action calls it; `summary` is what the step then shows.
on_github() {
  wanted=$1
  REPRODUCE_VERB=$2
  shift 2
  REPRODUCE_ARGUMENTS=$(printf '%s\n' "$@")
  export REPRODUCE_VERB REPRODUCE_ARGUMENTS
  rm -f summary output
  GITHUB_STEP_SUMMARY=summary GITHUB_OUTPUT=output expect "$wanted" sh "$gate"
  says output "exit-code=$wanted"
}

# forge IMAGE: document.cbor attests it, under root.pem.
forge() {
  pcrs=$("$REPRODUCE" measure "$1" | sed -n 's/^PCR\([012]\)  /--pcr \1=/p')
  # shellcheck disable=SC2086  # words are what is wanted
  "$FORGE" $pcrs --root-out root.pem --out document.cbor
}

make_project .
expect 0 "$REPRODUCE" lock
on_github 0 lock enclave.toml
says summary 'yes: the lock is up to date'
on_github 0 build enclave.toml -o app.eif
says summary '| PCR2 | `'

# An image that is attested, and one that is not; what moved is in the summary.
forge app.eif
on_github 0 verify app.eif document.cbor --root root.pem
says summary 'yes: '
printf 'another app' >rootfs/bin/app
on_github 1 lock enclave.toml
says summary 'no: the lock is not what'
says summary 'tree_sha256'
on_github 4 build enclave.toml -o other.eif
says summary 'does not match its pin'
[ ! -e other.eif ]
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build -o other.eif
on_github 1 verify other.eif document.cbor --root root.pem --against app.eif
says summary 'no: '
says summary 'rootfs/bin/app'
on_github 1 diff app.eif other.eif
says summary 'rootfs/bin/app'

# A stale lock.
printf '# a remark\n' >>enclave.toml
on_github 2 build enclave.toml -o third.eif
says summary 'stale'

# A forged document: not AWS's root.
on_github 4 verify app.eif document.cbor
says summary 'exit code 4'

# A full disk.
if [ -e /dev/full ]; then
  ln -s /dev/full full
  GITHUB_STEP_SUMMARY=full expect 5 sh "$gate" diff app.eif app.eif
fi

# What stands in arguments is neither a pattern nor a command, and no other verb can be had.
on_github 5 diff '$(touch made)' '*.eif'
[ ! -e made ]
says summary 'touch made'
expect 2 env REPRODUCE_VERB=run sh "$gate"

# GitLab: the lines of its script, in its order, each of which ends the job when it fails.
sed -n '/^  script:$/,/^  artifacts:$/s/^    - //p' "$SOURCE/docs/examples/ci/gitlab.yml" >script
[ "$(wc -l <script)" -eq 4 ]
mkdir bin
ln -s "$REPRODUCE" bin/reproduce
PATH=$PWD/bin:$PATH
REPRODUCE_MANIFEST=enclave.toml
REPRODUCE_IMAGE=gitlab.eif
export PATH REPRODUCE_MANIFEST REPRODUCE_IMAGE
expect 1 sh -e script
says reproduce-reports/lock.xml '<failure'
expect 0 "$REPRODUCE" lock
expect 0 sh -e script
says reproduce-reports/build.xml 'failures="0"'
forge gitlab.eif
REPRODUCE_ATTESTATION=document.cbor
export REPRODUCE_ATTESTATION
expect 4 sh -e script
says reproduce-reports/verify.xml '<error'
