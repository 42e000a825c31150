# One lock and one image, 20 times out of 20: each time on other file systems (plain, and disorderfs
# that shuffles, turns round or sorts what folders list), with another clock, umask, locale, time
# zone, home, folder, number of processors, user, host name and environment. The material is a
# manifest with every kind of layer, locked and built each time, and the examples, one of which is
# built each time. Then two more by `reprotest`, which varies some of this its own way, and the kernel's
# version and the search path besides.
. "$SOURCE/tests/cli/expect.sh"
for tool in disorderfs faketime reprotest umoci busybox python3 dpkg-deb cpio setpriv taskset unshare; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
[ "$(id -u)" = 0 ] && [ -e /dev/fuse ] || { echo "needs root and /dev/fuse"; exit 77; }
runs=20
here=$PWD
umask 022
chmod 755 .
cp "$REPRODUCE" reproduce

# The material.
mkdir -p one/folder/many one/package/DEBIAN one/package/boot
cd one || exit
python3 - <<'END_OF_PYTHON'
import os, random
chance = random.Random(1)
for i in range(400):
    folder = "folder/many/%d" % (i % 23)
    os.makedirs(folder, exist_ok=True)
    with open("%s/%d%s" % (folder, chance.randrange(10 ** 9), "\udce9" * (i % 3)), "wb") as out:
        out.write(chance.randbytes(chance.randrange(3000)))
END_OF_PYTHON
ln -s many folder/link
printf 'linked' >folder/hard
ln folder/hard folder/link-of-hard
chmod 750 folder/many/3
printf 'Package: linux\nVersion: 6.1\nArchitecture: amd64\nMaintainer: A <a@example.org>\nDescription: x\n' \
  >package/DEBIAN/control
head -c 300000 /dev/urandom >package/boot/vmlinuz-6.1
printf '#\n#\n# Linux/x86_64 6.1 Kernel Configuration\n' >package/boot/config-6.1
dpkg-deb --root-owner-group -b package linux.deb >/dev/null
rm -r package
tar -C folder --format=pax --owner=7 --group=8 --mtime=@9 -czf folder.tar.gz .
(cd folder && find . | LC_ALL=C sort | cpio -o -H newc --quiet) >folder.cpio
printf 'ready!!!' >raw
printf '#!/bin/init\n' >init
cp "$SOURCE/docs/examples/oci/make-image.sh" .
sh make-image.sh . >/dev/null 2>&1
head='[image]
name = "kinds"
arch = "x86_64"
source_date_epoch = 1700000000
[kernel]
deb = "linux.deb"
member = "boot/vmlinuz-*"
config = { deb = "linux.deb", member = "boot/config-*" }
'
printf '%s[[ramdisk]]\n[[ramdisk.layer]]\ndir = "folder"\n' "$head" >old.toml
expect 0 ../reproduce lock old.toml
expect 0 ../reproduce build -o old.eif old.toml
rm old.toml old.lock
mkdir ../web
head -c 50000 /dev/urandom >../web/file
python3 -u -m http.server --bind 127.0.0.1 --directory ../web 0 >../web.log 2>&1 &
server=$!
mounted=
cleanup() {
  kill "$server"
  [ -z "$mounted" ] || umount "$mounted"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
for _ in $(seq 200); do
  port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' ../web.log)
  [ -z "$port" ] || break
  sleep 0.05
done
{
  printf '%s' "$head"
  cat <<END_OF_MANIFEST
[app]
oci = "app"
compression = "gzip"
[[ramdisk]]
[[ramdisk.layer]]
dir = "folder"
to = "/dir"
owner = "5:6"
[[ramdisk.layer]]
tar = "folder.tar.gz"
to = "/tar"
[[ramdisk.layer]]
cpio = "folder.cpio"
to = "/cpio"
[[ramdisk.layer]]
deb = "linux.deb"
to = "/deb"
[[ramdisk.layer]]
eif = "old.eif"
section = "ramdisk 0"
to = "/eif"
[[ramdisk.layer]]
file = "init"
to = "/file"
mode = "0755"
[[ramdisk.layer]]
url = "http://127.0.0.1:$port/file"
sha256 = "$(sha256sum <../web/file | cut -d' ' -f1)"
to = "/url"
[[ramdisk.layer]]
text = "a text"
to = "/text"
[[ramdisk.layer]]
symlink = "text"
to = "/symlink"
[[ramdisk.layer]]
mkdir = "/folder"
[[ramdisk.layer]]
mknod = "/null"
type = "c"
major = 1
minor = 3
[[ramdisk]]
compression = "zstd"
[[ramdisk.layer]]
dir = "folder"
[[ramdisk]]
compression = "xz"
[[ramdisk.layer]]
tar = "folder.tar.gz"
member = "hard"
to = "/member"
[[ramdisk]]
raw = "raw"
END_OF_MANIFEST
} >enclave.toml
cd .. || exit
expect 0 ./reproduce lock --store store one/enclave.toml
mv one/enclave.lock kinds.lock
cp kinds.lock one/enclave.lock
expect 0 ./reproduce build --store store -o kinds.eif one/enclave.toml
rm one/enclave.lock

# The examples, where apt has lists. What they fetch is in the store, which everybody may read.
examples=
if apt-cache show linux-image-cloud-amd64 busybox-static python3-minimal >/dev/null 2>&1; then
  for name in busybox python-web oci; do
    cp -R "$SOURCE/docs/examples/$name" .
    [ "$name" != oci ] || sh oci/make-image.sh oci >/dev/null 2>&1
    expect 0 ./reproduce lock --store store "$name/enclave.toml"
    expect 0 ./reproduce build --store store -o "$name.eif" "$name/enclave.toml"
    examples="$examples $name"
  done
else
  echo "without the examples: apt has no package lists"
fi
sha256sum kinds.lock ./*.eif >expected
cat expected

# pick NUMBER WORD...: one of the words.
pick() {
  shift $(($1 % ($# - 1) + 1))
  echo "$1"
}

# What a run does, in its folder: `one` and the examples. $1 is the store.
cat >run.sh <<'END_OF_RUN'
set -eu
expected=$1
store=$2
shift 2
../reproduce lock -q --store new-store one/enclave.toml 2>lock.err || { cat lock.err; exit 1; }
../reproduce build -q --store new-store -o kinds.eif one/enclave.toml
cp one/enclave.lock kinds.lock
for name; do ../reproduce build -q --store "$store" -o "$name.eif" "$name/enclave.toml"; done
sha256sum -c --quiet "$expected"
END_OF_RUN

run() {
  number=$1
  place=$here/$(pick "$number" a "b b" deeper/down/here ccccccccccccccccccccccccccccccc)
  order=$(pick "$number" none shuffle-dirents reverse-dirents sort-dirents)
  clock=$(pick "$((number / 2))" none '2001-02-03 04:05:06' '+400d' '@2037-12-31 23:59:50')
  mask=$(pick "$number" 022 077 000 027 007)
  language=$(pick "$number" C tr_TR.utf8 de_DE.utf8 ja_JP.eucjp C.UTF-8 POSIX)
  zone=$(pick "$number" UTC Pacific/Kiritimati Etc/GMT+12 Asia/Kathmandu America/St_Johns)
  user=$(pick "$((number / 3))" 0 65534 1234)
  processors=$(pick "$((number / 5))" 0 0-1)
  # shellcheck disable=SC2086 # several names, or none
  example=$([ -z "$examples" ] || pick "$number" $examples)
  rm -rf "$place"
  mkdir -p "$place/work"
  cp -a reproduce "$place"
  cp -a one "$place/work"
  [ -z "$example" ] || cp -a "$example" "$place/work"
  grep -E "  (kinds.lock|./(kinds|${example:-kinds}).eif)\$" expected >"$place/expected"
  find "$place/work" -exec touch -h -d "@$((number * 86400 * 31))" {} +
  chown -R "$user:$user" "$place"
  work=$place/work
  if [ "$order" != none ]; then
    mkdir "$place/seen"
    disorderfs -q --multi-user=yes --shuffle-dirents=no --reverse-dirents=no --"$order=yes" "$place/work" "$place/seen"
    mounted=$place/seen
    work=$place/seen
  fi
  set -- setpriv "--reuid=$user" "--regid=$user" --clear-groups env -i PATH="$PATH" "LC_ALL=$language" "TZ=$zone" \
    "HOME=$place/work/home" "USER=user$number" "NOISE$number=x" COLUMNS=$((40 + number)) sh -c 'umask '"$mask"'; exec "$@"' sh
  [ "$clock" = none ] || set -- "$@" faketime -f "$clock"
  # shellcheck disable=SC2086 # a name, or none
  (cd "$work" && unshare --uts sh -eu -c 'hostname "$1"; shift; exec "$@"' sh "host$number.invalid" \
    taskset -c "$processors" "$@" sh "$here/run.sh" "$place/expected" "$here/store" $example) || return 1
  [ -z "$(find "$work" -name '.reproduce*')" ] || { echo "something is left behind"; return 1; }
  if [ -n "$mounted" ]; then umount "$mounted" && mounted=; fi
  echo "$number: identical${example:+, as $example}: $order, clock $clock, umask $mask, $language, $zone, user $user, processors $processors"
}

same=0
for number in $(seq "$runs"); do
  run "$number" || { echo "$number: DIFFERENT"; exit 1; }
  same=$((same + 1))
done
echo "$same of $runs identical"

cp reproduce one
reprotest --no-diffoscope --vary=-user_group \
  -c 'sh -c "./reproduce lock -q --store new && ./reproduce build -q --store new -o x.eif"' one x.eif -- null >reprotest.log 2>&1 ||
  { cat reprotest.log; exit 1; }
# Its copies of the folder have no hard links, so that its image is another than ours, both times.
says reprotest.log "Reproduction successful"
echo "reprotest: identical"
