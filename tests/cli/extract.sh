# extract: every well-formed image at hand becomes a folder that builds the same bytes again;
# a malformed one, and any failure, leaves nothing.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

# round_trip IMAGE: extracts it, builds the folder, compares. What extract said is in `told`.
round_trip() {
  rm -rf dir built.eif
  expect 0 "$REPRODUCE" extract "$1" dir
  says out "gives this image again, bit for bit"
  cp out told
  expect 0 sh -c 'cd dir && "$1" build -q -o ../built.eif' sh "$REPRODUCE"
  cmp "$1" built.eif
}

make_project project
expect 0 "$REPRODUCE" lock -q project/enclave.toml
expect 0 "$REPRODUCE" build -q project/enclave.toml -o small.eif
round_trip small.eif
says told "ramdisk-0/"
[ "$(cat dir/ramdisk-1/rootfs/bin/app)" = "an app" ]
[ "$(cat dir/ramdisk-2.img)" = 'ready!!!' ]
[ ! -e dir/ramdisk-1.img ]
cmp project/kernel dir/kernel

# A lock made again is the one that extract made.
cp dir/enclave.lock made.lock
expect 0 "$REPRODUCE" lock -q dir/enclave.toml
cmp made.lock dir/enclave.lock

# A file that is changed needs a new lock, and moves PCR2 alone.
printf 'another' >dir/ramdisk-1/rootfs/bin/app
expect 4 "$REPRODUCE" build -q dir/enclave.toml -o changed.eif
says err "ramdisk-1"
[ ! -e changed.eif ]
expect 0 "$REPRODUCE" lock -q dir/enclave.toml
expect 0 "$REPRODUCE" build -q dir/enclave.toml -o changed.eif
"$REPRODUCE" measure small.eif | grep PCR1 >before
"$REPRODUCE" measure changed.eif | grep PCR1 | cmp - before

# So does a list of attributes.
sed 's/^file 0755 0 0 rootfs/file 4755 0 0 rootfs/' dir/ramdisk-1.attributes >list
cat list >dir/ramdisk-1.attributes
expect 4 "$REPRODUCE" build -q dir/enclave.toml -o changed.eif
expect 0 "$REPRODUCE" lock -q dir/enclave.toml
expect 0 "$REPRODUCE" build -q dir/enclave.toml -o changed.eif
expect 0 "$REPRODUCE" inspect --tree changed.eif
says out "rwsr-xr-x"

# Images of others, each that measure takes. What it refuses is refused alike.
if [ -d "$VECTORS/eif" ]; then
  for image in "$VECTORS"/eif/*/*.eif "$VECTORS"/eif-hostile/*.eif; do
    [ -s "$image" ] || continue
    got=0
    "$REPRODUCE" measure "$image" >out 2>measured || got=$?
    if [ "$got" = 0 ]; then
      round_trip "$image"
    else
      rm -rf dir
      expect "$got" "$REPRODUCE" extract "$image" dir
      cmp measured err
      [ ! -e dir ]
    fi
  done >rounds
else
  echo "SKIPPED in part: there are no images of others in '$VECTORS'"
fi
rm -rf dir

# What others wrote and compressed.
mkdir in
printf theirs >in/file
(cd in && find . | cpio -o -H newc --quiet | gzip -n) >theirs
expect 0 "$REPRODUCE" build -q --kernel project/kernel --cmdline c --ramdisk theirs -o theirs.eif
round_trip theirs.eif
says told "ramdisk-0.img"
[ "$(cat dir/ramdisk-0/file)" = theirs ]
rm -rf dir

# Only an absent or empty folder will do.
mkdir empty full
: >full/file
expect 0 "$REPRODUCE" extract -q small.eif empty/
silent out
silent err
[ -e empty/enclave.lock ]
expect 2 "$REPRODUCE" extract small.eif full
says err "is not empty"
expect 2 "$REPRODUCE" extract small.eif small.eif
ln -s empty link
expect 2 "$REPRODUCE" extract small.eif link
mkdir here
expect 2 sh -c 'cd here && "$1" extract ../small.eif .' sh "$REPRODUCE"
expect 5 "$REPRODUCE" extract small.eif absent/dir

# Nothing is left of a failure.
head -c 1000 small.eif >cut.eif
expect 3 "$REPRODUCE" extract cut.eif dir
expect 5 "$REPRODUCE" extract --limit 3 small.eif dir
says err "--limit"
[ ! -e dir ]
for left in .reproduce*; do [ ! -e "$left" ] || { echo "$left is left"; exit 1; }; done

# Without the files; from a pipe; as JSON; without a sandbox.
expect 0 "$REPRODUCE" extract --sections-only small.eif dir
[ ! -e dir/ramdisk-0 ] && [ -e dir/ramdisk-0.img ]
rm -rf dir
expect 0 sh -c 'cat small.eif | "$1" extract --json - dir' sh "$REPRODUCE"
says out '"schema": "reproduce/extract/1"'
says out '"built_from": "folder"'
says out "$(sha256sum <small.eif | cut -c1-64)"
rm -rf dir
expect 0 "$REPRODUCE" extract --sandbox=off small.eif dir

# An entry that leads through a symlink to a place outside: the place stays as it is.
mkdir canary evil
printf alive >canary/file
ln -s "$PWD/canary" evil/out
(cd evil && echo out | cpio -o -H newc --quiet) >first
rm evil/out
mkdir evil/out
printf dead >evil/out/file
(cd evil && echo out/file | cpio -o -H newc --quiet) >second
cat first second >evil.cpio
expect 0 "$REPRODUCE" build -q --kernel project/kernel --cmdline c --ramdisk evil.cpio -o evil.eif
round_trip evil.eif
says told "not followed"
[ "$(cat canary/file)" = alive ]
[ "$(ls canary)" = file ]
