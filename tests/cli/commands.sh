# [[command]]: run only when somebody says so, alone with its files, its result pinned.
. "$SOURCE/tests/cli/expect.sh"

printf 'a kernel' >kernel
cat >make.sh <<'END_OF_SCRIPT'
mkdir -p made/etc
env | sort >../environment
printf '%s' "${WORD:-none}" >made/word
printf 'conf' >made/etc/conf
case $HOME in /*) ;; *) exit 9 ;; esac
cp made/word word
cat ../extra >>word 2>../nothing || true
END_OF_SCRIPT
mkdir work
mv make.sh work/
cat >enclave.toml <<'END_OF_MANIFEST'
[image]
name = "made"
arch = "x86_64"
source_date_epoch = 1700000000
[kernel]
path = "kernel"
[[command]]
name = "tree"
run = ["sh", "make.sh"]
folder = "work"
output = "made"
env = { WORD = "hello" }
[[command]]
name = "word"
run = ["sh", "make.sh"]
folder = "work"
output = "word"
[[ramdisk]]
[[ramdisk.layer]]
dir = { command = "tree" }
to = "/made"
[[ramdisk]]
[[ramdisk.layer]]
file = { command = "word" }
to = "/init"
mode = "0755"
END_OF_MANIFEST

# Nothing runs unasked.
expect 2 "$REPRODUCE" lock --store store
says err "lock --run"
says err "'enclave.toml' line"
[ ! -e environment ]
expect 0 "$REPRODUCE" lock --run --store store
says enclave.lock '"command": "tree"'
says environment 'SOURCE_DATE_EPOCH=1700000000'
says environment 'TZ=UTC'
grep -q '^HOME=/' environment
! grep -qE '^(USER|LOGNAME|REPRODUCE|SOURCE)=' environment
rm environment
expect 0 "$REPRODUCE" build --store store -o first.eif
[ ! -e environment ]

# The lock's outputs are in the store, so that it can be made again without running.
cp enclave.lock first.lock
expect 0 "$REPRODUCE" lock --store store
cmp enclave.lock first.lock
[ ! -e environment ]

# Another machine: everything is made again, and held to the pins.
rm -rf store work/made work/word
expect 5 "$REPRODUCE" build --store store -o second.eif
expect 2 "$REPRODUCE" fetch --store store
says err "fetch --run"
expect 0 "$REPRODUCE" fetch --run --store store
expect 0 "$REPRODUCE" build --store store -o second.eif
cmp first.eif second.eif
printf 'more' >extra
rm -rf store
expect 4 "$REPRODUCE" fetch --run --store store
says err "the command 'word' does not make what the lock pins"
rm extra

# A command that fails, and one that makes nothing, leave the lock as it was.
sed 's/"make.sh"/"-c", "exit 3"/' enclave.toml >fails.toml
expect 5 "$REPRODUCE" lock --run --store store fails.toml
[ ! -e fails.lock ]
sed 's/output = "word"/output = "nowhere"/' enclave.toml >nothing.toml
expect 5 "$REPRODUCE" lock --run --store store nothing.toml
says err "has not made its output"

# No network: not even this machine's own.
command -v python3 >/dev/null || exit 0
cat >work/connect.py <<'END_OF_SCRIPT'
import socket
import sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
    answer = "connected"
except OSError:
    answer = "refused"
open("word", "w").write(answer)
END_OF_SCRIPT
mkfifo port open
python3 "$SOURCE/tests/fetch/web_server.py" kernel requests <open >port &
exec 9>open
read -r port <port
cat >net.toml <<END_OF_MANIFEST
[image]
name = "net"
arch = "x86_64"
[kernel]
path = { command = "ask" }
[[command]]
name = "ask"
run = ["python3", "connect.py", "$port"]
folder = "work"
output = "word"
[[ramdisk]]
[[ramdisk.layer]]
text = "x"
to = "/init"
END_OF_MANIFEST
sed -i 's/^path = { command = "ask" }/command = "ask"/' net.toml
expect 0 "$REPRODUCE" lock --run --store store net.toml
[ "$(cat work/word)" = refused ]
sed 's/^output = "word"/&\nnetwork = true/' net.toml >open.toml
expect 0 "$REPRODUCE" lock --run --store store open.toml
[ "$(cat work/word)" = connected ]
