# The static release binary (preset release-static): it asks for no loader and no library, looks up nothing
# that the machine has, passes the scripts of tests/cli, and does its work in a folder that holds nothing
# else, without /proc and /dev, with and without rights. What it makes is what the ordinary release binary
# makes. Needs root, openssl and strace.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"
for tool in openssl strace chroot readelf strings; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
here=$PWD
vectors=${REPRODUCE_VECTORS:-$SOURCE/../shared/vectors}
ordinary=$REPRODUCE
static=$SOURCE/build/release-static/src/cli/reproduce
"$SOURCE/build/release-static/tests/static/reproduce_static_tests" --gtest_brief=1

# What the file is.
readelf --wide --program-headers --dynamic "$static" >elf
! grep -E 'INTERP|NEEDED' elf || { echo "it asks for a loader or a library"; exit 1; }
grep -q 'GNU_STACK .* RW ' elf || { echo "its stack is executable"; exit 1; }
LC_ALL=C ldd "$static" >ldd.out 2>&1 || true
grep -q -e 'statically linked' -e 'not a dynamic executable' ldd.out || { cat ldd.out; exit 1; }
cmp -s "$static" "$ordinary" && { echo "it is the ordinary binary"; exit 1; }
echo "size: $(wc -c <"$static") bytes; the ordinary one has $(wc -c <"$ordinary"), and its libraries"

# begins BINARY: milliseconds of a start, the median of some rounds.
begins() {
  python3 - "$1" <<'END_OF_PYTHON'
import statistics, subprocess, sys, time
def once():
    begin = time.monotonic()
    subprocess.run([sys.argv[1], "--version"], check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - begin) * 1000
print("%.1f ms" % statistics.median(once() for _ in range(101)))
END_OF_PYTHON
}
echo "start (--version): $(begins "$static"); the ordinary one: $(begins "$ordinary")"

# The scripts that drive the binary, but for those of what it lacks: fetch, sources and environment
# download, sign_token has a token, help compares with docs/cli.md, and check wants the clock shifted by a library.
for name in build build_failures build_flags build_killed commands completion container_forms \
  container_images debs diff export extract gates inspect inspect_ramdisks lint lock measure reports sandbox \
  sign sign_build trace verify verify_batch verify_policy verify_subjects; do
  code=0
  REPRODUCE=$static VECTORS=$vectors sh "$SOURCE/tests/cli/in_empty_folder.sh" "cli/$name" \
    "$SOURCE/tests/cli/$name.sh" >"cli-$name.log" 2>&1 || code=$?
  case $code in
    0) ;;
    77) echo "tests/cli/$name.sh is skipped in part" ;;
    *) cat "cli-$name.log"; echo "tests/cli/$name.sh fails with the static binary"; exit 1 ;;
  esac
done
echo "the scripts of tests/cli pass"

# A folder with a project, the binary, and nothing else.
mkdir room
cp "$static" room/reproduce
make_project room
mkdir ordinary
make_project ordinary
for key in p256 p384 p521; do
  openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:P-${key#p}" -out "room/$key.key" 2>/dev/null
  openssl req -x509 -new -key "room/$key.key" -subj "/CN=$key" -days 36500 -out "room/$key.pem" 2>/dev/null
done
openssl pkcs8 -topk8 -in room/p384.key -passout pass:sesame -out room/encrypted.key
chmod 644 room/*.key
cp room/*.key room/*.pem ordinary/
genuine=$vectors/attestation/Epsilon-Data_nitro-verify-1.cbor
[ ! -e "$genuine" ] || cp "$genuine" room/genuine.cbor

rights=
inside() { chroot $rights "$here/room" /reproduce "$@"; }
outside() { (cd "$here/ordinary" && "$ordinary" "$@"); }
# both CODE ARGUMENT...: the two end alike, and say the same but for what a sandbox they had.
both() {
  code=$1
  shift
  expect "$code" outside "$@"
  cp out out.ordinary
  expect "$code" inside "$@"
}
same() {
  for file in "$@"; do cmp "room/$file" "ordinary/$file"; done
}

work() {
  expect 0 inside --version
  says out "(static variant)"
  expect 0 inside --help
  says out "no keys in tokens"
  both 0 build --kernel kernel --cmdline 'console=ttyS0' --ramdisk kernel --ramdisk kernel -o flags.eif
  both 0 lock enclave.toml
  both 0 build -o app.eif
  same flags.eif enclave.lock app.eif
  expect 0 inside build --sandbox=require -o required.eif
  cmp room/required.eif room/app.eif
  both 0 measure app.eif flags.eif
  cmp out out.ordinary
  both 0 inspect app.eif
  cmp out out.ordinary
  both 0 inspect --tree app.eif
  cmp out out.ordinary
  both 1 diff flags.eif app.eif
  cmp out out.ordinary
  both 0 extract app.eif extracted
  cmp out out.ordinary
  diff -r room/extracted ordinary/extracted
  expect 0 inside build extracted/enclave.toml -o again.eif
  cmp room/again.eif room/app.eif
  for format in nitro-cli pcrs env kms image-id corim; do
    both 0 export app.eif --format "$format"
    cmp out out.ordinary
  done
  both 0 export app.eif --format in-toto --lock enclave.lock --builder https://example.org/ci
  cmp out out.ordinary
  for key in p256 p384 p521; do
    both 0 sign app.eif -o "$key.eif" --certificate "$key.pem" --key "$key.key"
    same "$key.eif"
  done
  expect 0 env PHRASE=sesame chroot $rights "$here/room" /reproduce sign app.eif -o opened.eif \
    --certificate p384.pem --key encrypted.key --passphrase-env PHRASE
  cmp room/opened.eif room/p384.eif
  # A document of a real enclave, at its own time; held to its own registers, and to those of an image.
  if [ -e room/genuine.cbor ]; then
    python3 - "$vectors/attestation/index.json" "${genuine##*/}" >registers <<'END_OF_PYTHON'
import json, sys
facts = next(d for d in json.load(open(sys.argv[1])) if d["file"] == sys.argv[2])
print(" ".join("--pcr %d=%s" % (n, facts["nonzero_pcrs"][str(n)]) for n in range(3)))
END_OF_PYTHON
    # shellcheck disable=SC2046  # words on purpose
    expect 0 inside verify --at document $(cat registers) genuine.cbor
    says out "AWS Nitro Enclaves root G1"
    says out "yes: "
    expect 1 inside verify --at document app.eif genuine.cbor
    expect 4 inside verify app.eif genuine.cbor
  fi
  # What it lacks, it says, and leaves nothing.
  expect 2 inside sign app.eif -o no.eif --certificate p384.pem --key 'pkcs11:token=t;object=o'
  says err "the static variant of reproduce uses no keys in tokens"
  printf '[image]\nname = "remote"\narch = "x86_64"\n[kernel]\nurl = "https://example.org/kernel"\nsha256 = "%064d"\n[[ramdisk]]\nraw = "kernel"\n' 0 >room/remote.toml
  expect 5 inside lock remote.toml --store store
  says err "the static variant of reproduce downloads nothing"
  expect 5 inside build --check -o no.eif
  says err "mount /proc"
  [ ! -e room/no.eif ] && [ ! -e room/remote.lock ]
  expect 5 inside build -o absent/app.eif
  says err "absent/app.eif"
  # No files without a name are left with one.
  left=$(find room -name '.*' ! -path room/store)
  [ -z "$left" ] || { echo "left behind: $left"; exit 1; }
}
work
echo "it works in an empty folder"

rm -rf room/*.eif room/enclave.lock room/extracted room/store room/remote.* ordinary/*.eif \
  ordinary/enclave.lock ordinary/extracted
chown -R 65534:65534 room
rights="--userspec=65534:65534 --groups="
work
echo "it works there without rights"

# The machine's openssl.cnf, here one that leaves no algorithm, is for another OpenSSL.
mkdir -p room/usr/lib/ssl
printf 'openssl_conf = all\n[all]\nproviders = list\n[list]\nnull = on\n[on]\nactivate = 1\n' \
  >room/usr/lib/ssl/openssl.cnf
expect 0 inside measure app.eif
strings -a "$static" | grep -qx '/usr/lib/ssl' || { echo "openssl.cnf is looked for elsewhere by now"; exit 1; }

# What it opens where there is everything: no library, and nothing that says which libraries to load.
cd ordinary || exit
rm -f ./*.eif
strace -f -qq -e trace=open,openat,execve,connect -o ../opened sh -c '
  "$1" build -q -o app.eif && "$1" sign -q app.eif -o signed.eif --certificate p384.pem --key p384.key &&
  "$1" inspect signed.eif && "$1" measure signed.eif' sh "$static" >/dev/null
cd ..
grep -F reproduce opened | grep execve >/dev/null
# The shell, which has the program's path among its arguments, loads libraries itself.
sed -n '/execve("[^"]*release-static/,$p' opened | grep -E 'nsswitch|passwd|resolv|hosts|gconv|locale|\.so|connect\(' &&
  { echo "it looks at what the machine has"; exit 1; }
echo "it looks up nothing that the machine has"
