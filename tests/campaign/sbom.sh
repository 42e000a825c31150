# Bills of materials against what their formats publish, with sbom/check.mjs: of this machine's own packages, of
# databases and names that nobody would have, of nothing. Needs npm and the network, for what
# sbom/package-lock.json pins.
. "$SOURCE/tests/cli/expect.sh"
for tool in npm node cpio python3; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
cp "$SOURCE"/tests/campaign/sbom/* .
npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || { cat npm.log; exit 77; }

printf 'a kernel' >kernel
mkdir init
printf '#!/bin/init\n' >init/init
(cd init && echo init | cpio --quiet -o -H newc --reproducible) >init.cpio
# document NAME [RAMDISK...]: both forms for an image of these ramdisks join what is checked.
documents=
document() {
  name=$1
  shift
  "$REPRODUCE" build -q --kernel kernel --cmdline c --ramdisk init.cpio "$@" -o "$name.eif"
  for form in spdx cyclonedx; do
    "$REPRODUCE" inspect --sbom "$form" "$name.eif" >"$name.$form.json" 2>"$name.$form.err"
    documents="$documents $form $name.$form.json"
  done
}
pack() { (cd "$1" && find . -mindepth 1 | cpio --quiet -o -H newc --reproducible) >"$1.cpio"; }

# This machine's packages, and some of its files.
mkdir -p real/rootfs/var/lib/dpkg real/rootfs/etc real/rootfs/lib/apk/db real/rootfs/usr
cp /var/lib/dpkg/status real/rootfs/var/lib/dpkg/
cp -L /etc/os-release real/rootfs/etc/
cp -r /usr/share/doc/dpkg real/rootfs/usr/
printf 'P:musl\nV:1.2.4-r2\nA:x86_64\no:musl\nm:Timo <timo@example.org>\nL:MIT\n\nP:a b\nV:1 2\n\n' \
  >real/rootfs/lib/apk/db/installed
pack real
document real real.cpio

# Names, versions and maintainers of any bytes; a database that is not read; bytes that are none.
python3 - <<'END_OF_PYTHON'
import os
base = b"odd/rootfs/"
for folder in (b"var/lib/dpkg", b"var/lib/rpm", b"etc", b"names"):
    os.makedirs(base + folder)
def write(name, content):
    with open(base + name, "wb") as out:
        out.write(content)
values = [b"\x1b[2J", b"\xff\xfe", b"\xe2\x80\xae", b"a\"b\\c", b"<>&", b"x" * 5000, b"%20 #?@/", b"\xc3\xa4"]
write(b"var/lib/dpkg/status", b"\n".join(
    b"Package: p" + value + b"\nStatus: install ok installed\nVersion: 1" + value +
    b"\nArchitecture: a" + value + b"\nMaintainer: M " + value + b" (x) <" + value + b">\nSource: s" + value + b" (1)\n"
    for value in values) + b"\nPackage: twice\nStatus: install ok installed\nVersion: 1\n" * 2)
write(b"var/lib/rpm/Packages", b"rpm")
write(b"etc/os-release", b"ID=\"odd/../name \xff\"\n")
for i, value in enumerate(values):
    write(b"names/%d" % i + value.replace(b"/", b"")[:200], value)
END_OF_PYTHON
pack odd
printf 'no archive' >garbage
document odd odd.cpio garbage

# Nothing but the program that starts, and not even that.
document least
: >nothing
cp nothing init.cpio
document none

# shellcheck disable=SC2086 # pairs of words
node check.mjs $documents

# What is wrong is found: a name twice, a relation to nothing, another code, a field that is none.
for change in 's/"filesAnalyzed": true/"filesAnalyzed": false/' 's/SPDXRef-File-1"/SPDXRef-File-0"/' 's/"packageVerificationCodeValue": "./&0/' \
  's/"relatedSpdxElement": "SPDXRef-File-2"/"relatedSpdxElement": "SPDXRef-File-x"/' 's/"versionInfo"/"version"/'; do
  sed "$change" real.spdx.json >wrong.json
  expect 1 node check.mjs spdx wrong.json
done
for change in 's/"bomFormat": "CycloneDX"/"bomFormat": "Other"/' 's/"alg": "SHA-256"/"alg": "SHA256"/' \
  's/"publisher"/"maintainer"/'; do
  sed "$change" real.cyclonedx.json >wrong.json
  expect 1 node check.mjs cyclonedx wrong.json
done
echo "documents: $(grep -c . real.spdx.json) lines and fewer; $(grep -c '"versionInfo"' real.spdx.json) packages"
