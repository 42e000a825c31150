#!/bin/sh
# Boots an enclave that speaks to others over vsock:
#
#     sh tests/boot/vsock.sh
#
#     enclave, CID 4 ── heartbeat: CID 3, port 9000 ──> parent, CID 3, a second machine
#                    └─ echo: CID 2, port 5005 ───────> a program on this host
#
# The builtin init sends its heartbeat to the parent instance, which has CID 3 on Nitro. vhost-device-vsock
# passes that on to another guest with this identifier and to nobody else, so the parent is a guest as well, with
# a first process of its own (vsock/parent.c). What is sent to CID 2 arrives at a socket of this host.
#
# vhost-device-vsock comes from Debian's forky, pinned below and kept in the cache of tests/boot/setup.sh. REPRODUCE
# names the binary (default: the release build, made here). Exit 77 when tests/boot/setup.sh has not been run, 75
# when Debian's archive has another vhost-device-vsock by now.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/setup.sh"
. "$root/tests/boot/place.sh"
. "$root/tests/boot/archive.sh"

# From `apt-cache show vhost-device-vsock` of forky, which apt checks against the archive's signature.
backend_sha256=fd36382419cc174f00d9b1691486b581e13e8c1168dc339b86b2a65180a29ce7
backend_path=pool/main/r/rust-vhost-device-vsock/vhost-device-vsock_0.3.0-2_amd64.deb
# shellcheck disable=SC2154  # place.sh says
backend=$boot_cache/vsock-$(echo "$backend_sha256" | cut -c 1-16)/vhost-device-vsock

# get_backend: $backend, from the archive unless it is there.
get_backend() {
  [ ! -e "$backend" ] || return 0
  if ! /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=3 download-file \
    "$(debian_archive)$backend_path" backend.deb >download.log 2>&1; then
    printf 'SKIPPED: cannot get %s\n' "$backend_path" >&2
    printf '  Debian has another version by now, or cannot be reached; the pin is in tests/boot/vsock.sh.\n' >&2
    exit 75
  fi
  printf '%s  backend.deb\n' "$backend_sha256" | sha256sum --check --status ||
    fail "$backend_path is not what is pinned: its SHA-256 is $(sha256sum <backend.deb | cut -c 1-64)"
  mkdir -p "$(dirname "$backend")"
  dpkg-deb --fsys-tarfile backend.deb | tar -xO ./usr/bin/vhost-device-vsock >"$backend.new"
  chmod 755 "$backend.new"
  mv "$backend.new" "$backend"
}

# manifest NAME: the head of NAME.toml, with the small kernel.
manifest() {
  printf '[image]\nname = "%s"\narch = "x86_64"\n[kernel]\npath = "vmlinuz"\n' "$1"
  echo 'cmdline = "reboot=t panic=30 console=ttyS0 random.trust_cpu=on quiet"'
}

# make_images: parent.eif and enclave.eif.
make_images() {
  # shellcheck disable=SC2154  # place.sh says
  cp "$boot_place/tiny/vmlinuz" .
  mkdir app
  cc -static -Os -s -o parent "$root/tests/boot/vsock/parent.c"
  cc -static -Os -s -o app/echo "$root/tests/boot/vsock/echo.c"
  {
    manifest parent
    printf '[[ramdisk]]\n[[ramdisk.layer]]\nmkdir = "/dev"\n'
    printf '[[ramdisk.layer]]\nfile = "parent"\nto = "/init"\nmode = "0755"\n'
  } >parent.toml
  {
    manifest enclave
    printf '[app]\ninit = "builtin"\ndir = "app"\ncommand = ["/echo", "2", "5005"]\n'
  } >enclave.toml
  for image in parent enclave; do
    "$REPRODUCE" lock -q "$image.toml"
    "$REPRODUCE" build -q "$image.toml" -o "$image.eif"
  done
}

# await WHAT COMMAND...: until the command succeeds, for two minutes.
await() {
  what=$1
  shift
  tenths=0
  until "$@" 2>/dev/null; do
    tenths=$((tenths + 1))
    [ "$tenths" -lt 1200 ] || fail "$what"
    sleep 0.1
  done
}

# says FILE WORDS: a line of FILE has WORDS.
says() {
  grep -qF -- "$2" "$1" || {
    cat "$1"
    fail "'$2' is not in $1"
  }
}

begin_boot "vsock: a heartbeat to the parent, an echo of the host"
# shellcheck disable=SC2154  # place.sh says
cd "$scratch"
get_backend
make_images

"$backend" --vm "guest-cid=3,socket=$scratch/parent.sock,uds-path=$scratch/parent.host" \
  --vm "guest-cid=4,socket=$scratch/enclave.sock,uds-path=$scratch/enclave.host" >backend.log 2>&1 &
running="$running $!"
# The port is a part of the name: enclave.host_5005 is who listens on port 5005 of this host.
python3 - enclave.host_5005 >heard <<'END_OF_SCRIPT' &
import socket
import sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
connection, _ = listener.accept()
while data := connection.recv(4096):
    print(data.decode(), end="", flush=True)
    connection.sendall(data)
END_OF_SCRIPT
running="$running $!"
await "the backend makes no socket" test -S parent.sock -a -S enclave.sock -a -S enclave.host_5005

"$REPRODUCE" run --qemu "$boot_place/qemu" --vsock parent.sock --no-acpi --timeout 300 parent.eif >parent.console 2>parent.said &
parent=$!
running="$running $parent"
await "the parent does not listen" grep -q '^parent: listening' parent.console

status=0
"$REPRODUCE" run --qemu "$boot_place/qemu" --vsock enclave.sock --no-acpi --timeout 300 enclave.eif \
  >enclave.console 2>enclave.said || status=$?
[ "$status" -eq 0 ] || {
  cat enclave.said enclave.console backend.log
  fail "the enclave ends with $status"
}
says enclave.console "echo: heard 39 bytes: said in the enclave, heard on the host"
! grep -i heartbeat enclave.console || fail "init complains about its heartbeat"
says heard "said in the enclave, heard on the host"
wait "$parent" || fail "the parent ends with $?"
says parent.console "parent: 0xB7 from context 4"
cat parent.console enclave.console | tr -d '\r' | grep -E '^(parent|echo|init): '
echo "heartbeat answered by CID 3, echo of CID 2, in $(seconds) s"
