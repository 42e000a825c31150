# Sourced by the scripts: a machine for init to be the first process of. It is made of name spaces
# (users, processes, mounts, network) and of a folder, `image`, as its root. In them a restart ends
# init by a hangup signal, which is how `boot` knows that it was asked for.

command -v unshare >/dev/null || { echo "SKIPPED: there is no unshare"; exit 77; }
[ -x /bin/busybox ] || { echo "SKIPPED: there is no /bin/busybox (Debian: busybox-static)"; exit 77; }
unshare -Urpfmn true || { echo "SKIPPED: this system does not permit user name spaces"; exit 77; }

# new_image: an image with busybox as its container, and no heartbeat.
new_image() {
  rm -rf image
  mkdir -p image/rootfs/bin image/rootfs/dev
  : >image/rootfs/dev/null  # shells want it; devtmpfs, which has one, may not be mounted here
  cp "$INIT" image/init
  cp /bin/busybox image/rootfs/bin/busybox
  for name in sh cat echo grep id kill ls sleep tr; do ln -s busybox "image/rootfs/bin/$name"; done
  : >image/no-heartbeat
}

# command_is WORD...: the app's command.
command_is() {
  printf '%s\n' "$@" >image/cmd
}

# script_is SCRIPT: the app is a shell that runs SCRIPT, made one line, because an argument is one.
script_is() {
  command_is /bin/sh -c "$(printf '%s' "$1" | tr '\n' ' ')"
}

# ended_by_restart COMMAND...: runs it, its console in `console`. What cannot be mounted depends on the
# system that the tests run on and is kept apart, in `mounts`.
ended_by_restart() {
  got=0
  # The outer redirection takes the shell's own "Hangup".
  { (timeout -k 5 60 "$@" </dev/null >everything 2>&1); } 2>/dev/null || got=$?
  grep '^init: cannot mount ' everything >mounts || true
  grep -v '^init: cannot mount ' everything >console || true
  [ "$got" -eq 129 ] || { echo "ended with $got, and not by a restart (129):"; cat everything; exit 1; }
}

# Makes `image` the root of a mount name space, as the ramdisk is a machine's, and becomes its init.
# -n: mount(8) would write a table below /run where there is no /etc/mtab, which only root may.
become_init='mount -n --bind image image && cd image && mount -n --move . / && exec chroot . /init'

# boot: runs the image until it asks for a restart.
boot() {
  ended_by_restart unshare -Urpfmn --kill-child sh -c "$become_init"
}

# console_is LINE...: the console shows these lines and no other.
console_is() {
  printf '%s\n' "$@" >wanted
  diff wanted console || { echo "the console is not as it should be (<: wanted, >: got)"; exit 1; }
}

# boot_says LINE...
boot_says() {
  boot
  console_is "$@"
}

not_started() {
  echo "init: the app was not started: status $1"
}
