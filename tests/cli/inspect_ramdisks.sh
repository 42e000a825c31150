# inspect: what is in the ramdisks, plain and compressed; one file of them; odd entries named.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_toy gzip <<'END'
[[ramdisk.layer]]
text = "second"
to = "/init"
mode = "0755"
[[ramdisk.layer]]
text = "hello"
to = "/rootfs/motd"
[[ramdisk.layer]]
symlink = "motd"
to = "/rootfs/link"
END
expect 0 "$REPRODUCE" lock -q
expect 0 "$REPRODUCE" build -q -o tree.eif

expect 0 "$REPRODUCE" inspect tree.eif
says out "cpio, 1 entry"
says out "gzip, 4 entries"
says out "odd: 1 x replaced by a later entry with this path"
silent err

expect 0 "$REPRODUCE" inspect --tree tree.eif
says out "rootfs/link -> motd"
says out "2cf24dba5fb0 rootfs/motd" # sha256sum of hello

# The later of two entries is the one that runs.
expect 0 "$REPRODUCE" inspect tree.eif /init
printf second | cmp - out
expect 0 "$REPRODUCE" inspect tree.eif rootfs/motd
printf hello | cmp - out
expect 2 "$REPRODUCE" inspect tree.eif /rootfs/absent
says err "there is no '/rootfs/absent' in the ramdisks"
expect 2 "$REPRODUCE" inspect tree.eif /rootfs/link
says err "it leads to 'motd'"
expect 2 "$REPRODUCE" inspect tree.eif /rootfs
silent out
expect 0 "$REPRODUCE" inspect --json --tree tree.eif
says out '"path": "rootfs/motd"'

# A ramdisk that GNU cpio wrote and gzip compressed, and one of nonsense behind it.
mkdir in
printf theirs >in/file
(cd in && find . | cpio -o -H newc --quiet | gzip -n) >theirs
printf 'nonsense' >nonsense
expect 0 "$REPRODUCE" build -q --kernel kernel --cmdline c --ramdisk theirs nonsense -o theirs.eif
expect 0 "$REPRODUCE" inspect theirs.eif
says out "THE KERNEL STOPS at 0x0 of ramdisk 1"
expect 0 "$REPRODUCE" inspect theirs.eif /file
printf theirs | cmp - out

# What Linux unpacks besides what reproduce packs: looked into, extracted and compared all the same. NULs
# end lz4, and lzma may be followed by anything.
printf other >in/file
(cd in && find . | cpio -o -H newc --quiet) >others.cpio
# packed_by NAME TOOL COMMAND: theirs against others, both packed so.
packed_by() {
  command -v "$2" >/dev/null || { echo "SKIPPED in part: no $2"; return 0; }
  gzip -dc theirs | sh -c "$3" >"$1.theirs"
  sh -c "$3" <others.cpio >"$1.others"
  for side in theirs others; do
    head -c 8 /dev/zero >>"$1.$side"
    expect 0 "$REPRODUCE" build -q --kernel kernel --cmdline c --ramdisk "$1.$side" -o "$1.$side.eif"
  done
  expect 0 "$REPRODUCE" inspect "$1.theirs.eif"
  says out "$1, 2 entries"
  expect 0 "$REPRODUCE" inspect "$1.theirs.eif" /file
  printf theirs | cmp - out
  expect 0 "$REPRODUCE" extract "$1.theirs.eif" "$1"
  says out "compressed in a way that reproduce does not write"
  [ "$(cat "$1/ramdisk-0/file")" = theirs ]
  expect 0 sh -c 'cd "$2" && "$1" build -q -o ../again.eif' sh "$REPRODUCE" "$1"
  cmp "$1.theirs.eif" again.eif
  expect 1 "$REPRODUCE" diff "$1.theirs.eif" "$1.others.eif"
  says out "ramdisk 0 differs: /file changed"
}
packed_by lz4 lz4 'lz4 -l -c'
packed_by lzma xz 'xz --format=lzma -c'

# Bills of materials: the same text each time, and only of a well-formed image.
expect 0 "$REPRODUCE" inspect --sbom spdx tree.eif
says out '"spdxVersion": "SPDX-2.3"'
says out '"fileName": "./rootfs/motd"'
silent err
cp out spdx
expect 0 "$REPRODUCE" inspect --sbom spdx - <tree.eif
sed 's/standard input/tree.eif/' out | cmp - spdx
expect 0 "$REPRODUCE" inspect --sbom cyclonedx tree.eif
says out '"bomFormat": "CycloneDX"'
expect 0 "$REPRODUCE" inspect --sbom spdx theirs.eif
says err "the kernel stops unpacking"
head -c 900 tree.eif >cut.eif
expect 3 "$REPRODUCE" inspect --sbom spdx cut.eif
silent out
expect 2 "$REPRODUCE" inspect --sbom other tree.eif
expect 2 "$REPRODUCE" inspect --sbom spdx tree.eif /init
