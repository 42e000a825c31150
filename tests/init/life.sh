# How the app's end is told, and what init does for it meanwhile.
. "$SOURCE/tests/init/machine.sh"

# shell_ends SCRIPT LINE...: the app is this shell script, and the console shows these lines.
shell_ends() {
  script_is "$1"
  shift
  boot_says "$@"
}

new_image
shell_ends 'exit 0' "init: the app exited with status 0"
shell_ends 'exit 3' "init: the app exited with status 3"
shell_ends 'exit 255' "init: the app exited with status 255"
shell_ends 'exit 127' "init: the app exited with status 127"
shell_ends 'kill -SEGV $$' "init: the app was killed by signal 11 (SIGSEGV)"
shell_ends 'kill -KILL $$' "init: the app was killed by signal 9 (SIGKILL)"
shell_ends 'kill -40 $$' "init: the app was killed by signal 40"

# The image needs no container: then the command is run in the ramdisk itself.
mv image/rootfs/bin image/bin
rm -r image/rootfs
shell_ends 'echo * | tr " " "\n" | grep -x init' init "init: the app exited with status 0"

# Signals to the machine's first process are for the app.
new_image
for name in HUP INT QUIT USR1 USR2 TERM WINCH; do
  shell_ends "trap 'echo $name; exit 7' $name; kill -$name 1; while :; do sleep 0.05; done" \
    "$name" "init: the app exited with status 7"
done
shell_ends 'kill -TERM 1; while :; do sleep 0.05; done' \
  "init: the app was killed by signal 15 (SIGTERM)"

# The app has no signal blocked or ignored, even where init had.
command_is /bin/grep -E '^Sig(Blk|Ign)' /proc/self/status
trap '' INT USR1
boot
trap - INT USR1
console_is "SigBlk:	0000000000000000" "SigIgn:	0000000000000000" "init: the app exited with status 0"

# Orphans are reaped while the app runs.
shell_ends '(sleep 0.1 & sleep 0.1 & sleep 0.1 &); sleep 1;
  for p in /proc/[0-9]*/stat; do grep -c ") Z " $p; done | grep -c 1' 0 \
  "init: the app exited with status 1"

# What is still there at the end is asked to end, and then made to.
script_is '(exec 2>/dev/null; trap "echo asked; exit" TERM; echo ready; while :; do sleep 0.05; done) &
  sleep 0.5; exit 4'
boot
console_is ready "init: the app exited with status 4" asked
begin=$(date +%s)
shell_ends '(trap "" TERM; while :; do sleep 1; done) & sleep 0.5; exit 5' \
  "init: the app exited with status 5"
[ $(($(date +%s) - begin)) -ge 2 ]

# Where init is not the first process it does nothing.
got=0
"$INIT" >out 2>&1 || got=$?
[ "$got" -eq 125 ]
[ "$(cat out)" = "init: this is the first process of an enclave, and not a command" ]
