# The examples that are made of Debian packages and container images can be locked, built and measured.
. "$SOURCE/tests/cli/expect.sh"

for tool in apt-get umoci busybox; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: there is no $tool"; exit 77; }
done
apt-cache show linux-image-cloud-amd64 busybox-static python3-minimal >/dev/null 2>&1 ||
  { echo "SKIPPED: apt has no package lists; run apt-get update"; exit 77; }

cp -R "$SOURCE/docs/examples/busybox" "$SOURCE/docs/examples/python-web" "$SOURCE/docs/examples/oci" .
sh oci/make-image.sh oci
for name in busybox python-web oci; do
  expect 0 "$REPRODUCE" lock --store store "$name/enclave.toml"
  expect 0 "$REPRODUCE" build --store store "$name/enclave.toml" -o "$name.eif"
  expect 0 "$REPRODUCE" measure "$name.eif"
  grep '^PCR[012]' out >measured
  [ "$(wc -l <measured)" = 3 ] || { echo "three registers are missing"; cat out; exit 1; }
  sed -n 's/^ *"\(PCR[012]\)": "\([0-9a-f]*\)".*/\1  \2/p' "$name/enclave.lock" | diff - measured
done
