# A container image with every hard case, 50,000 files and a layer of more than 1 GiB: the tree is
# the one that umoci unpacks as root, entry by entry, both as the reader has it and as GNU cpio
# unpacks it from the enclave image; and that image is one, whether the container image comes as a
# layout, an OCI archive, a docker archive or from a registry. 10 GB of space.
. "$SOURCE/tests/cli/expect.sh"
for tool in umoci skopeo docker-registry cpio python3; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "only root has device nodes and owners"; exit 77; }
LC_ALL=C
export LC_ALL TMPDIR="$PWD"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY REGISTRY_AUTH_FILE

# The image of tests/cli/container_images.sh, which leaves its layout.
mkdir small && (cd small && sh -eu "$SOURCE/tests/cli/container_images.sh")
mv small/layout layout
rm -r small
python3 "$SOURCE/tests/campaign/large_layers.py" .
for layer in many large; do
  umoci raw add-layer --image layout:hard "$layer.tar" >/dev/null 2>&1
  rm "$layer.tar"
done
umoci config --image layout:hard --os linux --architecture amd64 --config.entrypoint /bin/start
echo "the image has $(du -sm layout | cut -f1) MiB of blobs"
umoci gc --layout layout >/dev/null 2>&1

umoci unpack --image layout:hard bundle >/dev/null 2>&1
"$PRINT_TREE" dir bundle/rootfs >theirs
"$PRINT_TREE" oci layout >ours 2>/dev/null
[ "$(wc -l <ours)" -gt 50000 ] || { echo "the image is not what it should be"; wc -l ours; exit 1; }
cmp theirs ours || { diff -a theirs ours | head -20; exit 1; }
echo "$(wc -l <ours) entries are those of umoci unpack"

skopeo() { command skopeo --insecure-policy --tmpdir "$PWD" "$@" >/dev/null 2>skopeo.log || { cat skopeo.log; exit 1; }; }
printf 'version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: registry\nhttp:\n  addr: 127.0.0.1:0\n' >registry.yml
docker-registry serve registry.yml >registry.log 2>&1 &
trap 'kill $!' EXIT
trap 'exit 1' HUP INT TERM
port=
for _ in $(seq 400); do
  port=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\).*/\1/p' registry.log)
  [ -z "$port" ] || break
  sleep 0.05
done
skopeo copy oci:layout:hard oci-archive:oci.tar:hard
skopeo copy oci:layout:hard docker-archive:docker.tar:hard:tag
skopeo copy --dest-tls-verify=false oci:layout:hard "docker://127.0.0.1:$port/team/hard:1"

printf 'a kernel' >kernel
first=
for form in layout oci.tar docker.tar "docker://127.0.0.1:$port/team/hard:1"; do
  printf '[image]\nname = "hard"\narch = "x86_64"\n[kernel]\npath = "kernel"\n[[ramdisk]]\n[[ramdisk.layer]]\noci = "%s"\n' \
    "$form" >hard.toml
  expect 0 "$REPRODUCE" lock --store store hard.toml
  expect 0 "$REPRODUCE" build --store store -o hard.eif hard.toml
  digest=$(sha256sum <hard.eif | cut -d' ' -f1)
  echo "$digest  $form"
  [ "${first:=$digest}" = "$digest" ] || { echo "$form gives another image"; exit 1; }
  rm -rf hard.lock store oci.tar.done
done

# What a kernel would unpack, by another reader of cpio.
expect 0 "$REPRODUCE" inspect --json hard.eif
python3 -c '
import json
header = json.load(open("out"))["header"]
print(header["section_offsets"][3] + 12, header["section_sizes_bytes"][3])' >place
read -r offset size <place
mkdir unpacked
tail -c "+$((offset + 1))" hard.eif | head -c "$size" | (cd unpacked && cpio -id --quiet --no-absolute-filenames)
python3 "$SOURCE/tests/campaign/compare_folders.py" bundle/rootfs unpacked
