#!/bin/sh
# One container image with many hard cases gives one enclave image, whichever way it comes: as a
# layout, an OCI archive, a docker archive, or from a registry. Tags are locked as digests, an
# index needs a platform, and [app] takes over what the image says about its command.
. "$SOURCE/tests/cli/expect.sh"
for tool in umoci skopeo docker-registry openssl htpasswd curl python3; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
LC_ALL=C
export LC_ALL TMPDIR="$PWD"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY REGISTRY_AUTH_FILE
pid=
trap '[ -z "$pid" ] || kill "$pid"' EXIT

# serve NAME: starts a registry with NAME.yml and sets `host`.
serve() {
  [ -z "$pid" ] || { kill "$pid"; wait "$pid" || true; }
  docker-registry serve "$1.yml" >"$1.log" 2>&1 &
  pid=$!
  for _ in $(seq 200); do
    port=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\).*/\1/p' "$1.log")
    [ -z "$port" ] || break
    sleep 0.05
  done
  host=127.0.0.1:$port
}
copy() { skopeo --insecure-policy --tmpdir "$PWD" copy -q "$@" >copy.log 2>&1 || { cat copy.log; exit 1; }; }

# manifest NAME LINE...: NAME.toml, whose app is what the lines say.
manifest() {
  printf '[image]\nname = "same"\narch = "x86_64"\n[kernel]\npath = "kernel"\n[app]\n' >"$1.toml"
  name=$1
  shift
  printf '%s\n' "$@" >>"$name.toml"
}

# make NAME: locks and builds NAME.toml into NAME.eif.
make() {
  expect 0 "$REPRODUCE" lock --store store "$1.toml"
  expect 0 "$REPRODUCE" build --store store -o "$1.eif" "$1.toml"
}

printf 'a kernel' >kernel
mkdir -p 1/usr/lib 1/etc 1/opaque 2/lib 2/opaque 2/etc
long=$(printf '%0200d' 0)
odd=$(printf 'caf\351')
mkdir "1/$long"
for file in etc/a etc/b opaque/x "$long/$long" "$odd" setuid changed; do echo "$file" >"1/$file"; done
echo 'app:x:77:78::/:/bin/sh' >1/etc/passwd
ln -s usr/lib 1/lib
ln 1/changed 1/other_name
chmod 4755 1/setuid
truncate -s 1M 1/holes
printf x | dd of=1/holes bs=1 seek=700000 conv=notrunc status=none
# shellcheck disable=SC2046 # several words, none of them odd
tar --format=pax -S -cf 1.tar -C 1 usr etc opaque lib changed other_name setuid holes "$long" "$odd"
echo again >1/changed
tar --format=pax -rf 1.tar -C 1 changed # a second entry of one name
for file in lib/x opaque/.wh..wh..opq opaque/up etc/.wh.a changed; do echo 2 >"2/$file"; done
ln 2/changed 2/etc/linked
tar --format=pax --no-recursion -cf 2.tar -C 2 lib/x opaque/.wh..wh..opq opaque/up etc/.wh.a changed etc/linked

umoci init --layout layout
umoci new --image layout:hard
umoci raw add-layer --image layout:hard 1.tar >/dev/null 2>&1
umoci raw add-layer --image layout:hard 2.tar >/dev/null 2>&1
umoci config --image layout:hard --os linux --architecture amd64 --config.user app --config.workingdir /etc \
  --config.entrypoint /bin/start --config.cmd one --config.cmd two --config.env 'A=b c' --config.env PATH=/bin
copy oci:layout:hard oci-archive:oci.tar:hard
copy oci:layout:hard docker-archive:docker.tar:hard:tag
printf 'version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: registry\nhttp:\n  addr: 127.0.0.1:0\n' >plain.yml
serve plain
copy --dest-tls-verify=false oci:layout:hard "docker://$host/team/hard:1"

manifest layout 'oci = "layout"'
manifest archive 'oci = "oci.tar"'
manifest docker 'oci = "docker.tar"'
manifest registry "oci = \"docker://$host/team/hard:1\""
for form in layout archive docker registry; do
  make "$form"
  cmp "$form.eif" layout.eif
done
digest=$(skopeo --insecure-policy inspect --raw --tls-verify=false "docker://$host/team/hard:1" | sha256sum | cut -d' ' -f1)
says registry.lock "\"manifest_sha256\": \"$digest\""

# What the image says about its command lands where init reads it.
cat >show.py <<'END'
import sys
data = open(sys.argv[1], "rb").read()
at = data.find(b"070701")
while at >= 0:
    field = lambda n: int(data[at + 6 + 8 * n:at + 14 + 8 * n], 16)
    size, name_size = field(6), field(11)
    name = data[at + 110:at + 110 + name_size - 1]
    if name in (b"cmd", b"env", b"workdir", b"user"):
        print(name.decode(), data[at + 110 + name_size:].lstrip(b"\0")[:size])
    at = data.find(b"070701", at + 6)
END
python3 show.py layout.eif >shown
says shown "cmd b'/bin/start\\none\\ntwo\\n'"
says shown "env b'A=b c\\nPATH=/bin\\n'"
says shown "workdir b'/etc\\n'"
grep -q "^user b'77" shown || { cat shown; exit 1; }

# nitro-cli takes Cmd or, where there is none, Entrypoint, and neither user nor folder.
umoci config --image layout:hard --tag entrypoint --clear config.cmd
copy oci:layout:entrypoint oci:entrypoint:it
manifest nitro 'oci = "oci.tar"' 'compat = "nitro-cli"'
manifest nitro-entrypoint 'oci = "entrypoint"' 'compat = "nitro-cli"'
manifest entrypoint 'oci = "entrypoint"'
for form in nitro nitro-entrypoint entrypoint; do
  make "$form"
  python3 show.py "$form.eif" >"shown.$form"
  says "shown.$form" "env b'A=b c\\nPATH=/bin\\n'"
done
says shown.nitro "cmd b'one\\ntwo\\n'"
says shown.nitro-entrypoint "cmd b'/bin/start\\n'"
says shown.entrypoint "cmd b'/bin/start\\n'"
! grep -E '^(user|workdir) ' shown.nitro shown.nitro-entrypoint || exit 1
grep -q '^user ' shown.entrypoint

# A tag that moves changes neither the build nor what fetch brings.
umoci config --image layout:hard --tag other --config.cmd three
copy --dest-tls-verify=false oci:layout:other "docker://$host/team/hard:1"
rm -rf store
expect 5 "$REPRODUCE" build --store store -o again.eif registry.toml
expect 0 "$REPRODUCE" fetch --store store registry.toml
expect 0 "$REPRODUCE" build --store store -o again.eif registry.toml
cmp again.eif layout.eif

# An index of two platforms needs `platform`; each gives its own tree.
entries=
for architecture in amd64 arm64; do
  umoci config --image layout:hard --tag "$architecture" --architecture "$architecture" --config.cmd "$architecture"
  copy --dest-tls-verify=false "oci:layout:$architecture" "docker://$host/app:$architecture"
  skopeo --insecure-policy inspect --raw --tls-verify=false "docker://$host/app:$architecture" >one
  entries="$entries${entries:+,}{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"size\":$(wc -c <one),\"digest\":\"sha256:$(sha256sum <one | cut -d' ' -f1)\",\"platform\":{\"os\":\"linux\",\"architecture\":\"$architecture\"}}"
done
type=application/vnd.oci.image.index.v1+json
echo "{\"schemaVersion\":2,\"mediaType\":\"$type\",\"manifests\":[$entries]}" >index
curl -sf -X PUT -H "Content-Type: $type" --data-binary @index "http://$host/v2/app/manifests/both"
manifest both "oci = \"docker://$host/app:both\""
expect 2 "$REPRODUCE" lock --store store both.toml
says err "linux/amd64, linux/arm64"
says err "platform"
for architecture in amd64 arm64; do
  manifest "both-$architecture" "oci = \"docker://$host/app:both\"" "platform = \"linux/$architecture\""
  manifest "alone-$architecture" "oci = \"docker://$host/app:$architecture\""
  make "both-$architecture"
  make "alone-$architecture"
  cmp "both-$architecture.eif" "alone-$architecture.eif"
done
! cmp -s both-amd64.eif both-arm64.eif || { echo "both platforms give one image"; exit 1; }
manifest wrong "oci = \"docker://$host/app:both\"" 'platform = "linux"'
expect 2 "$REPRODUCE" lock --store store wrong.toml
says err "OS/ARCHITECTURE"

# TLS with an authority of our own, and a password.
mkdir certificates
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out certificates/ca.crt \
  -subj /CN=registry -addext subjectAltName=IP:127.0.0.1 -days 2 2>/dev/null
htpasswd -Bbn somebody secret >htpasswd 2>/dev/null
{
  cat plain.yml
  printf '  tls:\n    certificate: certificates/ca.crt\n    key: key.pem\n'
  printf 'auth:\n  htpasswd:\n    realm: here\n    path: htpasswd\n'
} >safe.yml
serve safe
printf '{"auths":{"%s":{"auth":"%s"}}}' "$host" "$(printf somebody:secret | base64)" >auth.json
copy --dest-cert-dir certificates --dest-authfile auth.json oci:layout:hard "docker://$host/safe:1"
manifest safe "oci = \"docker://$host/safe:1\""
expect 5 "$REPRODUCE" lock --store store2 --registry-certs certificates safe.toml
expect 0 "$REPRODUCE" lock --store store2 --registry-certs certificates --authfile auth.json safe.toml
expect 0 "$REPRODUCE" build --store store2 -o safe.eif safe.toml
cmp safe.eif layout.eif
