# The GitHub action and the GitLab template on a full disk. Where the image does not fit and the reports do, they say
# so; where nothing fits, the step's summary, which is elsewhere, says that there is no report. A yes and a no that
# nobody could write down are neither.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"
. "$SOURCE/tests/cli/ci_systems.sh"

if [ -z "${ON_DISKS:-}" ]; then
  unshare -rm true 2>/dev/null || { echo 'no file system can be mounted here'; exit 77; }
  make_project .
  head -c 200000 /dev/urandom >ready.cpio
  expect 0 "$REPRODUCE" lock
  expect 0 "$REPRODUCE" build -o app.eif
  forge app.eif right
  expect 0 "$REPRODUCE" build --kernel kernel --cmdline x --ramdisk ready.cpio -o wrong.eif
  mkdir tiny full
  # shellcheck disable=SC2093  # the rest is run in there
  ON_DISKS=yes exec unshare -rm sh -eu "$SOURCE/tests/cli/gates_full_disk.sh"
fi
manifest=../enclave.toml
for disk in tiny full; do mount -t tmpfs -o size=128k $disk $disk; done

# The reports fit.
disk=tiny
on_github 0 lock ../enclave.toml
on_github 5 build ../enclave.toml -o app.eif
says summary 'no answer: '
says summary 'No space left on device'
reported tiny/reproduce-reports/junit.xml error
[ ! -e tiny/app.eif ]
on_gitlab 5
reported tiny/reproduce-reports/lock.xml -
reported tiny/reproduce-reports/build.xml error
says tiny/reproduce-reports/build.md 'No space left on device'
[ ! -e tiny/gitlab.eif ] && [ ! -e tiny/reproduce-reports/verify.xml ]

# Nothing fits.
disk=full
cat /dev/zero >full/filler 2>/dev/null || true
for call in 'lock ../enclave.toml' 'build ../enclave.toml -o app.eif' \
  'verify ../app.eif ../right.cbor --root ../right.pem' 'verify ../wrong.eif ../right.cbor --root ../right.pem' \
  'diff ../app.eif ../app.eif' 'diff ../app.eif ../wrong.eif'; do
  # shellcheck disable=SC2086  # words are what is wanted
  on_github 5 $call
  says summary "### reproduce ${call%% *}"
  says summary 'there is no report'
  says err 'No space left on device'
  [ -z "$(ls full/reproduce-reports)" ]
done
# A forged document stays one.
on_github 4 verify ../app.eif ../right.cbor
says summary 'there is no report'
on_gitlab 5
says err 'No space left on device'
[ ! -e full/gitlab.eif ]
