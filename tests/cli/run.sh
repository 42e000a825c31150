# run: boots an image and passes the guest's word on. A script stands in for QEMU; the real one boots in
# tests/boot.
. "$SOURCE/tests/cli/expect.sh"

mkdir bin tmp
cat >bin/qemu-system-x86_64 <<'END_OF_SCRIPT'
#!/bin/sh
[ "$*" != '-machine help' ] || { echo 'nitro-enclave        AWS Nitro Enclave'; exit 0; }
printf '%s\n' "$@" >"$HERE/words"
echo x >>"$HERE/boots"
echo $$ >"$HERE/pid"
. "$HERE/guest"
END_OF_SCRIPT
chmod 755 bin/qemu-system-x86_64
HERE=$PWD
TMPDIR=$PWD/tmp
XDG_CACHE_HOME=$PWD/cache
export HERE TMPDIR XDG_CACHE_HOME

# with_qemu ARGUMENT...: the verb, on a machine that has the QEMU above.
with_qemu() {
  PATH=$PWD/bin:$PATH "$REPRODUCE" "$@"
}

# tidy: nothing is left of a run, neither a file nor a process.
tidy() {
  [ -z "$(ls tmp)" ] || { echo "left behind:"; ls tmp; exit 1; }
  ! kill -0 "$(cat pid)" 2>/dev/null || { echo "QEMU still runs"; exit 1; }
}

# small_image NAME ARCH: an image of next to nothing.
printf 'a kernel' >kernel
printf 'a ramdisk' >ramdisk
printf 'console=ttyS0' >cmdline
small_image() {
  "$REPRODUCE" build -q --kernel kernel --cmdline cmdline --ramdisk ramdisk --arch "$2" --output "$1"
}
small_image app.eif x86_64

# What it is not comes first.
expect 0 "$REPRODUCE" run --help
head -n 4 out >first
says first "No isolation"
says first "not genuine"

# The status is the app's.
for status in 0 1 3 70 255; do
  echo "echo 'init: the app exited with status $status'" >guest
  expect "$status" with_qemu run app.eif
  says out "init: the app exited with status $status"
  says err "the app exited with status $status"
  tidy
done
echo "printf 'half a line init: the app was killed by signal 11 (SIGSEGV)\r\n'" >guest
expect 139 with_qemu run app.eif
echo "echo 'init: the app was not started: status 127'" >guest
expect 127 with_qemu run app.eif
echo "echo 'init: the app exited with status 9'; echo 'init: the app exited with status 4'" >guest
expect 4 with_qemu run -q app.eif
silent err

# The registers are told before anything boots.
"$REPRODUCE" measure app.eif >registers
echo "echo 'init: the app exited with status 0'" >guest
expect 0 with_qemu run app.eif --parent-role role
head -n 3 err | cmp - registers
says err "PCR3  "
says err "no isolation, no genuine attestation"
grep -qx -e '-icount' words
grep -qx -e 'nitro-enclave,.*,parent-role=role' words

# Nothing tells the status.
echo "echo 'an init of my own'" >guest
expect 5 with_qemu run app.eif
says err "does not tell the app's status"
says out "an init of my own"
echo "echo '[ 1.0] Kernel panic - not syncing: VFS'" >guest
expect 5 with_qemu run app.eif
says err "the guest's kernel panicked"
echo ':' >guest
expect 5 with_qemu run app.eif
silent out
tidy

# QEMU fails.
echo "echo 'init: the app exited with status 0'; echo 'no memory' >&2; exit 1" >guest
expect 5 with_qemu run app.eif
says err "QEMU failed with status 1"
says err "no memory"
echo 'kill -KILL $$' >guest
expect 5 with_qemu run app.eif
says err "QEMU failed with status 137"
tidy

# Too long.
echo "echo begun; exec sleep 600" >guest
expect 5 with_qemu run --timeout 1 app.eif
says err "the guest has not ended by itself"
says out "begun"
tidy
expect 2 with_qemu run --timeout 0 app.eif
expect 2 with_qemu run --cpus 0 app.eif

# Interrupted: by the signal itself, with nothing left.
for signal in INT TERM HUP; do
  rm -f pid
  # Not by with_qemu, whose shell would ignore an interrupt for what it runs beside itself.
  python3 - "$REPRODUCE" "$signal" <<'END_OF_SCRIPT' || exit 1
import os, signal, subprocess, sys, time
number = getattr(signal, "SIG" + sys.argv[2])
signal.signal(signal.SIGINT, signal.SIG_DFL)
environment = dict(os.environ, PATH=os.getcwd() + "/bin:" + os.environ["PATH"])
program = subprocess.Popen([sys.argv[1], "run", "app.eif"], env=environment,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while not os.path.exists("pid") or not open("pid").read():
    time.sleep(0.01)
program.send_signal(number)
sys.exit(program.wait(60) != -number)
END_OF_SCRIPT
  tidy
done

# Killed without a chance to tidy up: QEMU does not outlive it.
rm -f pid
PATH=$PWD/bin:$PATH "$REPRODUCE" run app.eif >/dev/null 2>&1 &
until [ -s pid ]; do sleep 0.1; done
kill -KILL $!
wait $! 2>/dev/null || true
tries=0
while kill -0 "$(cat pid)" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "QEMU outlives a killed run"; exit 1; }
  sleep 0.1
done
rm -rf tmp/*

# A reader that goes away ends the run.
echo "yes" >guest
(with_qemu run app.eif 2>err || echo $? >status) | head -n 1 >/dev/null
[ "$(cat status)" = 5 ]
says err "cannot write"
tidy

# Hostile consoles: bytes as they are for programs, no terminal is driven.
cat >guest <<'END_OF_SCRIPT'
printf '\033[2J\007\000\377 colour\r\n'
head -c 3000000 /dev/zero | tr '\0' x
printf 'init: the app exited with status 6\r\n'
END_OF_SCRIPT
expect 6 with_qemu run app.eif
[ "$(head -c 8 out | od -An -tx1 | tr -d ' \n')" = 1b5b324a0700ff20 ]
[ "$(wc -c <out)" -gt 3000000 ]
if command -v script >/dev/null; then
  printf 'printf "\\033[2J\\377colour\\r\\n"; echo "init: the app exited with status 0"\n' >guest
  PATH=$PWD/bin:$PATH script -qec '"$REPRODUCE" run -q app.eif' typescript >/dev/null </dev/null
  says typescript '\x1b[2J\xffcolour'
fi

# Documents: compared, saved whole or not at all.
document=$SOURCE/tests/attestation/qemu_document.b64
{
  echo "echo 'attestation begin'"
  echo "sed 's/^/attestation /' '$document'"
  echo "echo 'attestation end'"
  echo "echo 'init: the app exited with status 0'"
} >guest
expect 1 with_qemu run --attest app.cbor app.eif
says err "no: the guest's document states other values of PCR0 and PCR1 than were measured"
base64 -d "$document" | cmp - app.cbor
expect 1 with_qemu run --json app.eif
says out '"schema": "reproduce/run/1"'
says out '"exit_code": 1'
says out '"end": "exited"'
says err "attestation begin"
sed 's/^echo .attestation end.*//' guest >guest.cut
mv guest.cut guest
rm app.cbor
expect 5 with_qemu run --attest app.cbor app.eif
says err "the guest has shown no attestation document"
[ ! -e app.cbor ]
echo "printf 'attestation begin\nattestation AAAA\nattestation end\n'; echo 'init: the app exited with status 2'" >guest
expect 3 with_qemu run --attest app.cbor app.eif
says err "the guest's console"
[ ! -e app.cbor ]
# Nobody asked for it: said, and the app's status counts.
expect 2 with_qemu run app.eif
expect 2 with_qemu run --attest - app.eif
says err "--attest needs a file"
expect 5 with_qemu run --attest absent/app.cbor app.eif
says err "absent"
tidy

# From a pipe as well.
echo 'while [ "$1" != -kernel ]; do shift; done; cmp "$2" "$HERE/app.eif" && echo "init: the app exited with status 0"' >guest
expect 0 sh -c 'PATH=$PWD/bin:$PATH; cat app.eif | "$REPRODUCE" run -'
expect 0 with_qemu run app.eif

# Refused before anything boots.
rm boots
small_image arm.eif aarch64
expect 5 with_qemu run arm.eif
says err "aarch64"
head -c 600 app.eif >cut.eif
expect 3 with_qemu run cut.eif
expect 5 with_qemu run absent.eif
expect 5 with_qemu run --vsock absent/../absent app.eif --qemu absent
[ ! -e boots ]

# No QEMU that would do.
expect 5 env PATH=/nonexistent "$REPRODUCE" run app.eif
says err "there is no QEMU with the machine 'nitro-enclave'"
says err "tests/boot/setup.sh"
printf '#!/bin/sh\necho microvm\n' >other
chmod 755 other
expect 5 with_qemu run --qemu other app.eif
says err "this QEMU has no machine 'nitro-enclave'"
expect 5 env PATH=/nonexistent "$REPRODUCE" run --json app.eif
says out '"kind": "environment"'
# The one that tests/boot/setup.sh makes.
mkdir -p cache/reproduce-boot/0123456789abcdef/firmware
cp bin/qemu-system-x86_64 cache/reproduce-boot/0123456789abcdef/qemu
echo "echo 'init: the app exited with status 0'" >guest
expect 0 env PATH=/usr/bin:/bin "$REPRODUCE" run app.eif
grep -qx -e "$PWD/cache/reproduce-boot/0123456789abcdef/firmware" words
