# The page of `diff --html` in a browser: pairs of images are made and compared, and page.mjs opens what
# comes of it in headless Chromium. Screenshots and figures stay in this folder. Needs Chromium, npm
# and the network, for axe-core and playwright-core as tests/html/package-lock.json pins them.
. "$SOURCE/tests/cli/expect.sh"
chromium=$(command -v chromium) || { echo "no chromium"; exit 77; }
for tool in npm node cpio gcc; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
here=$PWD

# image NAME FOLDER: an image with FOLDER as its second ramdisk.
image() {
  (cd "$2" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc --reproducible -R 0:0) >"$1.cpio"
  "$REPRODUCE" build -q --kernel kernel --cmdline 'reboot=k panic=30' --ramdisk init.cpio "$1.cpio" -o "$1.eif"
}

head -c 3000000 /dev/urandom >kernel
mkdir init
head -c 200000 /dev/urandom >init/init
(cd init && echo init | cpio --quiet -o -H newc --reproducible) >init.cpio

# Small: a text, a program, a page that is compressed, and names that would be markup.
mkdir -p old/rootfs/etc old/rootfs/app old/rootfs/usr/share
seq -f 'option_%g = value' 1 40 >old/rootfs/etc/app.conf
printf '<script>window.hostile = 1</script>\n' >old/rootfs/etc/page.html
mkdir 'old/rootfs/<img src=x onerror="window.hostile=1">'
printf 'a' >"old/rootfs/<img src=x onerror=\"window.hostile=1\">/{{data}} &amp; \"'><b>"
printf '#include <stdio.h>\nint main(void) { puts("built " WHEN); }\n' >app.c
cp -a old new
gcc -O1 -DWHEN='"May  6 2024 07:08:09"' -o old/rootfs/app/server app.c
gcc -O1 -DWHEN='"Dec 31 2023 01:02:03"' -o new/rootfs/app/server app.c
printf 'one\ntwo\n' | gzip >old/rootfs/usr/share/page.gz
printf 'one\n2\n' | gzip >new/rootfs/usr/share/page.gz
sed -i -e 's/option_7 = value/option_7 = another value/' -e '20i added = here' -e '31,33d' new/rootfs/etc/app.conf
printf '<script>window.hostile = 2</script>\n' >new/rootfs/etc/page.html
printf 'b' >"new/rootfs/<img src=x onerror=\"window.hostile=1\">/{{data}} &amp; \"'><b>"
printf 'welcome\n' >new/rootfs/etc/motd
image old old
image new new
expect 1 "$REPRODUCE" diff --html small.html old.eif new.eif

# Subjects that only pin an image: registers beside an image, and two of the same.
"$REPRODUCE" measure old.eif | awk '/^PCR/ { print $2, $1 }' >pcrs
expect 1 "$REPRODUCE" diff --html pins.html pcrs new.eif
expect 0 "$REPRODUCE" diff --html same-pins.html pcrs old.eif

# Large: 10,000 files, each of which differs.
python3 - <<'END_OF_PYTHON'
import os
for side in ("many-old", "many-new"):
    for i in range(10000):
        folder = "%s/rootfs/usr/lib/package-%02d" % (side, i % 97)
        os.makedirs(folder, exist_ok=True)
        with open("%s/file-%05d" % (folder, i), "w") as out:
            out.write("%s %d\n" % (side, i))
END_OF_PYTHON
image many-old many-old
image many-new many-new
expect 1 "$REPRODUCE" diff --html large.html many-old.eif many-new.eif

cp "$SOURCE/tests/html/package.json" "$SOURCE/tests/html/package-lock.json" "$SOURCE/tests/html/page.mjs" .
npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || { cat npm.log; exit 77; }
mkdir artefacts
node page.mjs small.html large.html pins.html same-pins.html artefacts "$chromium"
echo "screenshots: $here/artefacts"
