# lock, fetch and store: what a URL names is brought once, and every read of it is checked.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

command -v python3 >/dev/null || { echo 'skipped: no python3'; exit 77; }

# The server ends with its standard input: the script's end closes descriptor 9.
head -c 300000 /dev/urandom >kernel
mkfifo port open
python3 "$SOURCE/tests/fetch/web_server.py" kernel requests <open >port &
exec 9>open
read -r port <port
web="http://127.0.0.1:$port"
digest=$(sha256sum <kernel | cut -d' ' -f1)

manifest() {
  cat >enclave.toml <<END_OF_MANIFEST
[image]
name = "small"
arch = "x86_64"
[kernel]
url = "$web/$1"
sha256 = "$2"
[[ramdisk]]
[[ramdisk.layer]]
url = "$web/file"
sha256 = "$digest"
to = "/init"
mode = "0755"
END_OF_MANIFEST
}
stored() { find store -type f -size 300000c; }

# Another file than the manifest says: nothing is kept, no lock is written.
manifest other "$digest"
expect 4 "$REPRODUCE" lock --store store
says err "$digest"
says err "'enclave.toml' line 5"
[ ! -e enclave.lock ]
[ -z "$(stored)" ]
manifest absent "$digest"
expect 5 "$REPRODUCE" lock --store store
says err 404

manifest file "$digest"
expect 0 "$REPRODUCE" lock --store store
says enclave.lock "\"url\": \"$web/file\""
says enclave.lock "$digest"
[ "$(grep -c '^/file' requests)" = 1 ] || { cat requests; exit 1; }
expect 0 "$REPRODUCE" build --store store -o first.eif
expect 0 "$REPRODUCE" measure first.eif

# Building asks nobody: not even for what is absent.
asked=$(wc -l <requests)
rm -rf store
expect 5 "$REPRODUCE" build --store store -o second.eif
says err "is not in the store"
says err "$digest"
says err "reproduce fetch"
[ ! -e second.eif ]
[ "$(wc -l <requests)" = "$asked" ]
expect 0 "$REPRODUCE" fetch --store store
expect 0 "$REPRODUCE" build --offline --store store -o second.eif
cmp first.eif second.eif
[ "$(wc -l <requests)" = $((asked + 1)) ]
expect 0 "$REPRODUCE" fetch --store store --json
says out '"inputs": 2'
# Both inputs are one object of the store.
says out '"objects": 1'
says out '"size_bytes": 300000'
expect 0 "$REPRODUCE" fetch --store store
says out '2 inputs: 1 object, 300000 bytes, in'
[ "$(wc -l <requests)" = $((asked + 1)) ]

# A byte of the store changes: everybody notices, and fetch mends it.
expect 0 "$REPRODUCE" store verify --store store
file=$(stored)
chmod u+w "$file"
printf x | dd of="$file" bs=1 seek=1000 conv=notrunc 2>dd.err
expect 4 "$REPRODUCE" build --store store -o third.eif
says err "$digest"
[ ! -e third.eif ]
expect 4 "$REPRODUCE" build --sandbox=off --store store -o third.eif
expect 1 "$REPRODUCE" store verify --store store
says out "$digest"
expect 1 "$REPRODUCE" store verify --store store --json
says out "$digest"
expect 0 "$REPRODUCE" fetch --store store
expect 0 "$REPRODUCE" store verify --store store
expect 0 "$REPRODUCE" build --store store -o third.eif
cmp first.eif third.eif

# gc keeps what a lock names, and nothing else that is old enough.
expect 0 "$REPRODUCE" store gc enclave.lock --keep-days 0 --store store
[ -n "$(stored)" ]
expect 0 "$REPRODUCE" store gc --store store
[ -n "$(stored)" ]
expect 0 "$REPRODUCE" store gc --keep-days 0 --store store
[ -z "$(stored)" ]
expect 2 "$REPRODUCE" store gc --keep-days soon --store store
expect 2 "$REPRODUCE" store verify enclave.lock --store store

# A store that was named has to be there; the usual one may be made later.
for action in verify gc; do
  expect 5 "$REPRODUCE" store $action --store slip
  says err "'slip'"
  expect 0 env XDG_CACHE_HOME="$PWD/none" "$REPRODUCE" store $action
  says err 'there is no store in'
  [ ! -e slip ] && [ ! -e none ] || { echo "store $action has made a store"; exit 1; }
done
expect 0 "$REPRODUCE" fetch --store store

# No place for the store; and none that can be written to.
expect 2 env -u HOME -u XDG_CACHE_HOME "$REPRODUCE" build -o x.eif
says err "--store DIR"
expect 0 env -u HOME XDG_CACHE_HOME="$PWD/cache" "$REPRODUCE" fetch
[ -d cache/reproduce ]
printf 'a file' >blocked
expect 5 "$REPRODUCE" fetch --store blocked/store
says err blocked

# A lock of another manifest is fetched no more than it is built.
echo '# changed' >>enclave.toml
expect 2 "$REPRODUCE" fetch --store store
says err stale
# What is all on this machine needs no store, and so no place for it.
mkdir local && make_project local
expect 0 env -u HOME -u XDG_CACHE_HOME "$REPRODUCE" lock local/enclave.toml
expect 0 env -u HOME -u XDG_CACHE_HOME "$REPRODUCE" fetch local/enclave.toml
expect 0 env -u HOME -u XDG_CACHE_HOME "$REPRODUCE" build local/enclave.toml -o local.eif
