# A lock of `debs` without apt: what is checked of the packages that it names. The lock is made
# from that of the same packages as files, since both give one image.
. "$SOURCE/tests/cli/expect.sh"
for tool in dpkg-deb python3; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool"; exit 77; }
done

printf 'a kernel' >kernel
for name in one two; do
  mkdir -p "$name/DEBIAN" "$name/usr/share"
  printf 'Package: %s\nVersion: 1.2\nArchitecture: amd64\nMaintainer: A <a@example.org>\nDescription: x\n' \
    "$name" >"$name/DEBIAN/control"
  head -c 20000 /dev/urandom | od >"$name/usr/share/$name"
  dpkg-deb --root-owner-group -b "$name" "$name.deb" >log
done
head='[image]
name = "packages"
arch = "x86_64"
[kernel]
path = "kernel"
[[ramdisk]]
[[ramdisk.layer]]'
printf '%s\ndeb = "one.deb"\n[[ramdisk.layer]]\ndeb = "two.deb"\n' "$head" >files.toml
printf '%s\ndebs = ["one", "two"]\n' "$head" >enclave.toml
expect 0 "$REPRODUCE" lock files.toml
expect 0 "$REPRODUCE" build -o files.eif files.toml

cat >make_lock.py <<'END_OF_PYTHON'
import hashlib, json, os, shutil
lock = json.load(open("files.lock"))
lock["manifest_sha256"] = hashlib.sha256(open("enclave.toml", "rb").read()).hexdigest()
files = [entry for entry in lock["inputs"] if entry["kind"] == "deb"]
packages = []
for entry in files:
    name = entry["path"][:-4]
    packages.append({"name": name, "version": "1.2", "architecture": "amd64", "source": name,
                     "file": "pool/" + entry["path"], "size_bytes": entry["size_bytes"],
                     "sha256": entry["sha256"]})
    folder = "store/sha256/" + entry["sha256"][:2]
    os.makedirs(folder, exist_ok=True)
    shutil.copy(entry["path"], folder + "/" + entry["sha256"])
lock["inputs"] = [entry for entry in lock["inputs"] if entry["kind"] != "deb"] + [
    {"kind": "debs", "names": "one two", "size_bytes": sum(p["size_bytes"] for p in packages),
     "packages": packages}]
open("store/format", "w").write("reproduce store 1\n")
json.dump(lock, open("enclave.lock", "w"), indent=2)
END_OF_PYTHON
python3 make_lock.py
cp enclave.lock good.lock
expect 0 "$REPRODUCE" build --store store -o packages.eif
cmp packages.eif files.eif

# without N [KEEP]: the lock without its last N packages; with KEEP, their size stays.
without() {
  python3 - "$@" <<'END_OF_PYTHON'
import json, sys
lock = json.load(open("good.lock"))
for entry in lock["inputs"]:
    if entry["kind"] == "debs":
        for _ in range(int(sys.argv[1])):
            gone = entry["packages"].pop()
            if len(sys.argv) == 2:
                entry["size_bytes"] -= gone["size_bytes"]
json.dump(lock, open("enclave.lock", "w"), indent=2)
END_OF_PYTHON
}
# Packages that somebody took out of the lock: whatever is left is not what was locked.
for change in '1 keep' '2 keep' 1 2; do
  # shellcheck disable=SC2086 # one or two words
  without $change
  expect 4 "$REPRODUCE" build --store store -o x.eif
  says err "expected"
  [ ! -e x.eif ]
done

# A package that is damaged in the store is named, whatever the damage broke first.
cp good.lock enclave.lock
digest=$(sha256sum <two.deb | cut -d' ' -f1)
stored=store/sha256/$(printf '%.2s' "$digest")/$digest
refuse() {
  expect 4 "$REPRODUCE" build --store store -o x.eif
  says err "the package 'two' is damaged in the store"
  says err "$digest"
  says err "reproduce fetch"
  [ ! -e x.eif ]
  [ -z "$(find . -name '.reproduce*')" ]
  cp two.deb "$stored"
}
for at in 0 70 200 10000; do  # the magic, a header of ar, control.tar, data.tar
  printf '\377' | dd of="$stored" bs=1 seek="$at" conv=notrunc status=none
  refuse
done
for size in 0 100 9000; do
  truncate -s "$size" "$stored"
  refuse
done
printf x >>"$stored"
refuse
cp one.deb "$stored"
refuse
rm "$stored"
expect 5 "$REPRODUCE" build --store store -o x.eif
says err "is not in the store"
cp two.deb "$stored"
expect 0 "$REPRODUCE" build --store store -o again.eif
cmp again.eif files.eif
