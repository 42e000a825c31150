# Large images: hostile ones of GIB (10) GiB, which are files with holes, take little memory and no more time
# than their bytes do; and `diff` of two images of 1 GiB takes at most 1.5 times as long as `openssl dgst
# -sha384` of both. ROUNDS (5) rounds of the latter, in each of which both are timed in turn; medians. 15 GB.
. "$SOURCE/tests/cli/expect.sh"
for tool in python3 openssl cpio; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
rounds=${ROUNDS:-5}
gib=${GIB:-10}
limit=262144 # KiB, for anything
LC_ALL=C
export LC_ALL TMPDIR="$PWD"
faults=0
fault() {
  echo "FAILED: $*"
  faults=$((faults + 1))
}

# measured CODE WORDS COMMAND...: as expect; says time and memory.
measured() {
  code=$1
  words=$2
  shift 2
  begin=$(date +%s.%N)
  expect "$code" python3 "$SOURCE/tests/support/peak_memory.py" memory "$@"
  seconds=$(date +%s.%N | awk -v begin="$begin" '{ printf "%.1f", $1 - begin }')
  cat out err >said
  says said "$words"
  memory=$(cat memory)
  shift
  echo "$*: exit $code, $seconds s, $((memory / 1024)) MiB"
  [ "$memory" -le "$limit" ] || fault "$memory KiB of memory: $*"
  # Two images are hashed twice each, and extracting hashes, writes and builds: a dozen passes at most.
  awk -v seconds="$seconds" -v pass="$pass" 'BEGIN { exit seconds > 1 + 12 * pass }' || fault "$seconds s: $*"
}

echo "== hostile images of $gib GiB"
mkdir hostile
python3 "$SOURCE/tests/campaign/sparse_images.py" hostile "$gib"
pass=$(/usr/bin/time -f %e openssl dgst -sha384 hostile/zeros.eif 2>&1 >/dev/null)
echo "openssl dgst -sha384 of one: $pass s"
cd hostile || exit
measured 0 "NULs" "$REPRODUCE" inspect zeros.eif
measured 0 "file0" "$REPRODUCE" inspect --tree claims.eif
measured 0 "SPDX-2.3" "$REPRODUCE" inspect --sbom spdx claims.eif
measured 0 "THE KERNEL STOPS" "$REPRODUCE" inspect empty-claim.eif
measured 3 "MALFORMED" "$REPRODUCE" inspect no-section.eif
measured 1 "ramdisk 1 differs" "$REPRODUCE" diff zeros.eif zeros-other.eif
measured 1 "changed; PCR0 follows" "$REPRODUCE" diff claims.eif claims-other.eif
measured 1 "MALFORMED" "$REPRODUCE" diff zeros.eif no-section.eif
measured 1 "ramdisk 1 differs" "$REPRODUCE" diff empty-claim.eif claims.eif
measured 5 "the files of the ramdisks are too large" "$REPRODUCE" extract --limit $((gib * 1073741824 - 1)) claims.eif dir
[ ! -e dir ] || fault "extract leaves something behind"
measured 0 "ramdisk-1.img" "$REPRODUCE" extract empty-claim.eif dir
rm -r dir
measured 3 "no-section.eif" "$REPRODUCE" extract no-section.eif dir
[ ! -e dir ] || fault "extract leaves something behind"
measured 0 "gives this image again" "$REPRODUCE" extract zeros.eif dir
rm -r dir
cd .. || exit
rm -r hostile

echo "== diff of two images of 1 GiB"
# A gigabyte in 3,000 files, most of them small, as root file systems have them.
mkdir -p old/usr/lib
python3 - <<'END_OF_PYTHON'
import random
chance = random.Random(5)
left = 1 << 30
for number in range(3000):
    size = left if number == 2999 else min(left, int(chance.expovariate(1 / 340000)))
    left -= size
    with open("old/usr/lib/%04d" % number, "wb") as file:
        file.write(chance.randbytes(size))
END_OF_PYTHON
printf 'a kernel' >kernel
mkdir first
printf '#!/bin/init\n' >first/init
(cd first && echo init | cpio -o -H newc --quiet --reproducible -R 0:0) >init
# image NAME: of the folder `old`.
image() {
  (cd old && find . -mindepth 1 | sort | cpio -o -H newc --quiet --reproducible -R 0:0) >ramdisk
  "$REPRODUCE" build -q --kernel kernel --cmdline c --ramdisk init ramdisk -o "$1"
}
image old.eif
printf 'another' | dd of=old/usr/lib/1500 bs=1 seek=1000 conv=notrunc 2>/dev/null
image new.eif
rm -r old ramdisk
# timed NAME COMMAND...: adds the seconds to the file NAME, and those of processor time.
timed() { /usr/bin/time -q -f '%e %U %S' -a -o "$@" >/dev/null 2>&1 || true; }
# median NAME FIELDS: of their sum.
median() { awk "{ print $2 }" "$1" | sort -n | sed -n "$(((rounds + 1) / 2))p"; }
cat old.eif new.eif >/dev/null
for _ in $(seq "$rounds"); do
  timed openssl.times openssl dgst -sha384 old.eif new.eif
  timed diff.times "$REPRODUCE" diff old.eif new.eif
done
measured 1 "/usr/lib/1500 changed" "$REPRODUCE" diff old.eif new.eif
openssl_median=$(median openssl.times '$1')
diff_median=$(median diff.times '$1')
ratio=$(awk -v a="$diff_median" -v b="$openssl_median" 'BEGIN { printf "%.2f", a / b }')
echo "diff: $diff_median s; openssl dgst -sha384 of both: $openssl_median s; ratio $ratio (medians of $rounds)"
echo "of processor time: $(median diff.times '$2 + $3') s; $(median openssl.times '$2 + $3') s"
echo "load: $(cat /proc/loadavg), $(nproc) processors, of which diff uses two and openssl one"
awk -v ratio="$ratio" 'BEGIN { exit ratio > 1.5 }' || fault "diff takes more than 1.5 times as long as hashing"
[ "$faults" = 0 ]
