#!/bin/sh
# The tree of a container image with every hard case is the one that umoci unpacks, and the same
# from a layout, an OCI archive and a docker archive, which skopeo makes.
set -eu
for tool in umoci skopeo tar; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
umask 022
LC_ALL=C
export LC_ALL TMPDIR="$PWD"

# pack NAME MEMBER...: a layer of exactly these members of the folder NAME.
pack() {
  name=$1
  shift
  tar --format=pax --no-recursion -cf "$name.tar" -C "$name" "$@"
}

mkdir -p 1/usr/lib 1/etc 1/opaque/sub 1/keep/deep 1/folder 1/gone/deep
long=$(printf '%0200d' 0)
mkdir "1/$long"
odd=$(printf 'caf\351')
echo long >"1/$long/$long"
echo odd >"1/$odd"
for file in etc/a etc/b opaque/x opaque/sub/y keep/deep/low folder/in file gone/deep/x changed; do
  echo "$file" >"1/$file"
done
ln -s usr/lib 1/lib
ln -s /usr 1/absolute
ln -s ../../../../etc 1/outside
ln 1/changed 1/other_name
echo privileged >1/setuid
chmod 4755 1/setuid
chmod 700 1/opaque 1/keep 1/keep/deep
truncate -s 1M 1/holes
printf x | dd of=1/holes bs=1 seek=700000 conv=notrunc status=none
mkfifo 1/fifo
devices=
if [ "$(id -u)" = 0 ]; then
  chown 12:34 1/etc/b
  if mknod 1/null c 1 3 2>/dev/null && mknod 1/loop b 7 200; then devices='null loop'; fi
fi
# shellcheck disable=SC2086 # several words, or none
pack 1 -S usr usr/lib etc etc/a etc/b opaque opaque/x opaque/sub opaque/sub/y keep keep/deep keep/deep/low \
  folder folder/in file gone gone/deep gone/deep/x changed other_name lib absolute outside setuid \
  holes fifo "$long" "$long/$long" "$odd" $devices
echo again >1/file
tar --format=pax -rf 1.tar -C 1 file # a second entry of one name

mkdir -p 2/lib 2/absolute/new 2/outside 2/opaque/sub 2/keep/deep 2/etc 2/file 2/nothing
for file in lib/x absolute/new/x outside/x opaque/sub/up keep/deep/up folder file/in changed \
  .wh.gone etc/.wh.a .wh.nothing_there opaque/.wh..wh..opq keep/.wh..wh..opq nothing/.wh.x; do
  echo "2 $file" >"2/$file"
done
ln 2/changed 2/etc/linked
chmod 701 2/etc
pack 2 lib/x absolute/new/x outside/x opaque/sub/up opaque/.wh..wh..opq keep/.wh..wh..opq keep/deep/up \
  folder file file/in .wh.gone etc etc/.wh.a .wh.nothing_there nothing/.wh.x changed etc/linked

# A hard link to a file of a lower layer: the layer is made as if it held the file, and loses it.
mkdir 3
echo b >3/first
ln 3/first 3/second
mkdir -p 3/lib 3/gone
echo x >3/lib/.wh.x
echo x >3/gone/back
tar --format=pax --no-recursion -cf 3.tar -C 3 --transform='flags=rhS;s,^first,etc/b,' first second lib/.wh.x gone/back
tar --delete -f 3.tar etc/b

umoci init --layout layout
umoci new --image layout:hard
for layer in 1 2 3; do umoci raw add-layer --image layout:hard "$layer.tar" >/dev/null 2>&1; done
if [ "$(id -u)" = 0 ]; then
  umoci unpack --image layout:hard bundle >/dev/null 2>&1
  columns=1-
else
  umoci unpack --rootless --image layout:hard bundle >/dev/null 2>&1
  columns=1-2,5- # everybody's files are mine
fi
"$PRINT_TREE" dir bundle/rootfs | cut -f "$columns" >theirs
"$PRINT_TREE" oci layout >ours
cut -f "$columns" ours >ours.compared
[ "$(wc -l <ours)" -gt 30 ] || { echo "the image is not what it should be:"; cat ours; exit 1; }
diff -a theirs ours.compared

skopeo() { command skopeo --insecure-policy --tmpdir "$PWD" "$@" >/dev/null; }
skopeo copy oci:layout:hard oci-archive:oci.tar:hard
skopeo copy oci:layout:hard docker-archive:docker.tar:hard:tag
gzip -k oci.tar
for archive in oci.tar oci.tar.gz docker.tar; do
  "$PRINT_TREE" oci "$archive" >from_archive
  cmp ours from_archive || { echo "$archive gives another tree"; exit 1; }
done
"$PRINT_TREE" layers 1.tar 2.tar 3.tar | cmp - ours
