# Twelve pairs of images that differ in one thing: what `reproduce diff` says first, which has to name the thing,
# and what diffoscope shows of the images and of the ramdisks that were cut out. The table in docs/compare.md
# is from this.
. "$SOURCE/tests/cli/expect.sh"
for tool in diffoscope cpio gcc gzip; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done

# image NAME RAMDISK [COMMAND LINE]
image() {
  "$REPRODUCE" build -q --kernel kernel --cmdline "${3:-reboot=k panic=30}" --ramdisk init.cpio "$2" -o "$1.eif"
  cp "$2" "$1.ramdisk"
}
# pack FOLDER [OWNER [OPTION OF SORT]]
pack() {
  find "$1" -exec touch -hd @1700000000 {} +
  [ ! -e "$1.touch" ] || sh "$1.touch"
  (cd "$1" && find . -mindepth 1 | LC_ALL=C sort ${3:+"$3"} |
    cpio --quiet -o -H newc --reproducible -R "${2:-0:0}") >"$1.cpio"
}
fresh() {
  rm -rf new new.touch
  cp -a base new
}
# pair NAME WORDS: both tools on NAME-old and NAME-new; `reproduce diff` has to say the WORDS.
pair() {
  printf '\n==== %s\n' "$1"
  expect 1 "$REPRODUCE" diff "$1-old.eif" "$1-new.eif"
  head -n 4 out
  says out "$2"
  for kind in eif ramdisk; do
    printf -- '---- diffoscope, %s\n' "$kind"
    diffoscope --text - --max-text-report-size 4000 "$1-old.$kind" "$1-new.$kind" 2>/dev/null | head -n 25 || true
  done
}
# changed NAME WORDS: the pair of the folders base and new.
changed() {
  pack new
  image "$1-old" base.cpio
  image "$1-new" new.cpio
  pair "$1" "$2"
}

head -c 60000 /dev/zero | tr '\0' k >kernel
mkdir init
printf '#!/bin/init\n' >init/init
pack init
mkdir -p base/rootfs/etc base/rootfs/app
seq -f 'option_%g = value' 1 40 >base/rootfs/etc/app.conf
printf 'welcome\n' >base/rootfs/etc/motd
printf '#include <stdio.h>\nint main(void) { puts("built " WHEN); }\n' >app.c
gcc -O1 -DWHEN='"May  6 2024 07:08:09"' -o base/rootfs/app/server app.c
printf 'one\ntwo\n' | gzip -n >base/rootfs/etc/page.gz
pack base

fresh
sed -i 's/option_7 = value/option_7 = other/' new/rootfs/etc/app.conf
changed line "/rootfs/etc/app.conf changed"
fresh
chmod 600 new/rootfs/etc/app.conf
changed mode "the mode of /rootfs/etc/app.conf (0644 -> 0600)"
fresh
pack new 1000:1000
image owner-old base.cpio
image owner-new new.cpio
pair owner "builder-owner"
fresh
echo "touch -d @1700000060 new/rootfs/etc/motd" >new.touch
changed mtime "the modification time of /rootfs/etc/motd"
fresh
pack new 0:0 -r
image order-old base.cpio
image order-new new.cpio
pair order "archive-order"
fresh
gcc -O1 -DWHEN='"Dec 31 2023 01:02:03"' -o new/rootfs/app/server app.c
changed elf-date "embedded-time: /rootfs/app/server"
fresh
printf 'one\n2\n' | gzip -n >new/rootfs/etc/page.gz
changed within-gzip "/rootfs/etc/page.gz changed"
fresh
printf 'x' >new/rootfs/etc/added
changed added "/rootfs/etc/added added"

image cmdline-old base.cpio
image cmdline-new base.cpio 'reboot=k panic=30 debug'
pair cmdline "cmdline differs: 'debug' added"
gzip -n -6 <base.cpio >six
gzip -n -9 <base.cpio >nine
image level-old six
image level-new nine
pair level "compression-level"
cp base.cpio plain
touch -d @1700000000 plain
gzip -N -c plain >earlier
touch -d @1700000060 plain
gzip -N -c plain >later
image gzip-time-old earlier
image gzip-time-new later
pair gzip-time "gzip-time"
image build-time-old base.cpio
SOURCE_DATE_EPOCH=1577836800 image build-time-new base.cpio
pair build-time "same measurements, different files"
