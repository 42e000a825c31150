# How fast a root file system of 1 GiB becomes an enclave image, and that `build` reads every byte of
# it once. The files are those of this machine's /usr, as they come, up to 1 GiB; the container image
# has them as one layer, plain, gzip and zstd. ROUNDS (3) rounds, in each of which everything is timed
# in turn; medians, in MB (10^6 bytes) of files a second. Inputs are in the page cache, and what is
# written is on its way to the disk when a command ends, but for `build`, which ends with fsync. 12 GB.
. "$SOURCE/tests/cli/expect.sh"
for tool in umoci strace cpio python3 zstd; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
rounds=${ROUNDS:-3}
LC_ALL=C
export LC_ALL TMPDIR="$PWD"

# Up to 1 GiB of files, in order of path, and all folders and symlinks on the way.
(cd / && find usr -xdev \( -path usr/src -o -path usr/lib/debug \) -prune -o \( -type f -o -type l -o -type d \) -printf '%s %p\n' |
  sort -k 2 | awk '{ size += $1 } size > 1073741824 { exit } { sub(/^[0-9]+ /, ""); print }') >list
tar -C / --format=pax --no-recursion --sort=name --owner=0 --group=0 -cf rootfs.tar -T list 2>tar.log
size=$(tar -tvf rootfs.tar | awk '{ size += $3 } END { print size }')
echo "$(wc -l <list) entries, $size bytes of files"
printf 'a kernel' >kernel

# image KIND COMMAND...: a layout whose one layer is the archive as the command compresses it.
image() {
  kind=$1
  shift
  mkdir -p "$kind/blobs/sha256"
  "$@" <rootfs.tar >layer
  python3 - "$kind" "$(sha256sum <rootfs.tar | cut -d' ' -f1)" "$(sha256sum <layer | cut -d' ' -f1)" <<'END_OF_PYTHON'
import hashlib, json, os, sys
kind, diff_id, digest = sys.argv[1:]
os.rename("layer", kind + "/blobs/sha256/" + digest)
base = "application/vnd.oci.image."
def add(document, media_type):
    data = json.dumps(document).encode()
    name = hashlib.sha256(data).hexdigest()
    open(kind + "/blobs/sha256/" + name, "wb").write(data)
    return {"mediaType": base + media_type, "digest": "sha256:" + name, "size": len(data)}
config = add({"os": "linux", "architecture": "amd64", "config": {},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + diff_id]}}, "config.v1+json")
suffix = "" if kind == "plain" else "+" + kind
manifest = add({"schemaVersion": 2, "mediaType": base + "manifest.v1+json", "config": config,
                "layers": [{"mediaType": base + "layer.v1.tar" + suffix, "digest": "sha256:" + digest,
                            "size": os.path.getsize(kind + "/blobs/sha256/" + digest)}]},
               "manifest.v1+json")
manifest["annotations"] = {"org.opencontainers.image.ref.name": "it"}
json.dump({"schemaVersion": 2, "manifests": [manifest]}, open(kind + "/index.json", "w"))
json.dump({"imageLayoutVersion": "1.0.0"}, open(kind + "/oci-layout", "w"))
END_OF_PYTHON
  printf '[image]\nname = "x"\narch = "x86_64"\n[kernel]\npath = "kernel"\n[[ramdisk]]\n[[ramdisk.layer]]\noci = "%s"\n' \
    "$kind" >"$kind.toml"
}
image plain cat
image gzip gzip -6
image zstd zstd -q -3 -c

for kind in plain gzip zstd; do
  expect 0 "$REPRODUCE" lock "$kind.toml"
  strace -f -y -qq -s 0 -e trace=read,readv,pread64,preadv,preadv2,mmap,copy_file_range,sendfile -o calls \
    "$REPRODUCE" build -q -o x.eif "$kind.toml"
  echo "$kind: $(python3 "$SOURCE/tests/campaign/bytes_read.py" calls "$kind")"
  mv x.eif "$kind.eif"
  cmp plain.eif "$kind.eif"
  rm calls
done
rm gzip.eif zstd.eif

# timed NAME COMMAND...: adds the seconds to the file NAME.
timed() { /usr/bin/time -f %e -a -o "$@" >/dev/null; }
for _ in $(seq "$rounds"); do
  for kind in plain gzip zstd; do
    cat "$kind"/blobs/sha256/* >/dev/null
    timed "lock.$kind" "$REPRODUCE" lock -q "$kind.toml"
    timed "build.$kind" "$REPRODUCE" build -q -o x.eif "$kind.toml"
    rm x.eif
    blob=$(find "$kind/blobs" -type f -size +1M)
    # shellcheck disable=SC2016 # for the inner shell
    timed "pipe.$kind" sh -c 'mkdir u && tar -xf "$1" -C u && (cd u && find . | sort | cpio -o -H newc --quiet) | sha384sum; rm -rf u' \
      sh "$blob"
    case $kind in zstd) ;; *)
      timed "umoci.$kind" umoci unpack --image "$kind:it" bundle
      rm -rf bundle ;;
    esac
  done
done
median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }
rate() { awk -v size="$size" -v time="$1" 'BEGIN { printf "%.0f MB/s (%.1f s)", size / time / 1e6, time }'; }
for kind in plain gzip zstd; do
  lock=$(median "lock.$kind")
  build=$(median "build.$kind")
  echo "$kind: lock $(rate "$lock"), build $(rate "$build")," \
    "both $(rate "$(echo "$lock $build" | awk '{ print $1 + $2 }')")"
  echo "$kind: tar -x, cpio -o, sha384sum $(rate "$(median "pipe.$kind")")"
  case $kind in zstd) ;; *) echo "$kind: umoci unpack $(rate "$(median "umoci.$kind")")" ;; esac
done
