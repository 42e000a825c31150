# What the app finds around it.
. "$SOURCE/tests/init/machine.sh"

ended="init: the app exited with status 0"
new_image

# Arguments and environment are taken line by line, as they are.
command_is /bin/sh -c 'for a; do echo "<$a>"; done' name 'two words' '' '*' "$(printf 'tab\there \303\251')"
boot_says '<two words>' '<>' '<*>' "<$(printf 'tab\there \303\251')>" "$ended"
printf '/bin/echo\nlast' >image/cmd
boot_says last "$ended"
yes x | head -n 8191 >words
{ echo /bin/sh && echo -c && echo 'echo $#' && yes x | head -n 8189; } >image/cmd
boot_says 8188 "$ended"

# busybox's env and not the shell's, which adds variables of its own.
ln -s busybox image/rootfs/bin/env
command_is /bin/env
default_path=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
boot_says "$default_path" HOME=/root TERM=xterm "$ended"
printf 'A=1\n\nPATH=/bin\nA=2\nAB=x=y\nHOME=\n' >image/env
boot_says PATH=/bin HOME= TERM=xterm A=2 AB=x=y "$ended"
{ yes '' | head -n 4000 && for i in 1 2 3 4; do echo "V$i=$i"; done; } >image/env
boot_says "$default_path" HOME=/root TERM=xterm V1=1 V2=2 V3=3 V4=4 "$ended"
rm image/env

# The working folder, the umask, and the session, which is the app's own.
mkdir -p image/rootfs/srv/app
printf '/srv/app\n' >image/workdir
script_is 'pwd; umask; read -r pid comm state parent group session rest </proc/self/stat;
  [ "$session" = $$ ] && echo own session'
boot_says /srv/app 0022 'own session' "$ended"
rm image/workdir

# No file of init's own is left open: there are those that a program started in init's place has.
command_is /bin/ls /proc/self/fd
boot
{ (timeout -k 5 60 /bin/busybox ls /proc/self/fd </dev/null >fds 2>&1); } 2>/dev/null
# shellcheck disable=SC2046  # one number a line
console_is $(cat fds) "$ended"

# Mounts, each where the kernel permits it here, with these flags and no others.
command_is /bin/cat /proc/mounts
boot
expect_mount() {
  if ! grep -q " on $1: " mounts; then
    grep -q "^$2 $1 $2 $3[, ]" console || { echo "no $2 on $1 with $3"; cat console; exit 1; }
  fi
}
expect_mount /proc proc rw,nosuid,nodev,noexec,relatime
expect_mount /sys sysfs rw,nosuid,nodev,noexec,relatime
expect_mount /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime
expect_mount /dev devtmpfs rw,nosuid,noexec,relatime
expect_mount /dev/pts devpts rw,nosuid,noexec,relatime
expect_mount /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime
expect_mount /run tmpfs rw,nosuid,nodev,relatime
expect_mount /tmp tmpfs rw,nosuid,nodev,relatime
for folder in /run /tmp /dev/shm; do
  ! grep " on $folder: " mounts || { echo "tmpfs can be mounted in every user name space"; exit 1; }
done
script_is 'ls -ld /tmp /dev/shm /run | while read -r mode rest; do echo "$mode"; done;
  ls -l /dev/fd /dev/stdin /dev/stdout /dev/stderr | grep -c " -> /proc/self/fd"'
boot_says drwxrwxrwt drwxr-xr-x drwxrwxrwt 4 "$ended"

# A mount point that cannot be is said and left out.
rm -r image/rootfs/run image/rootfs/tmp
printf 'x' >image/rootfs/run
ln -s /bin/nowhere image/rootfs/tmp
command_is /bin/echo started
boot
console_is started "$ended"
grep -qxF "init: cannot mount tmpfs on /run: not a folder" mounts
grep -qxF "init: cannot mount tmpfs on /tmp: no such file or folder" mounts

# The root is a mount of its own, and not a chroot: name spaces of users can be made in it.
new_image
ln -s busybox image/rootfs/bin/unshare
command_is /bin/unshare -U /bin/echo inner
boot_says inner "$ended"

# The loopback interface is up, and has its address; nothing else is there.
ln -s busybox image/rootfs/bin/ip
command_is /bin/ip -o -4 address show up
boot
grep -q ' lo  *inet 127\.0\.0\.1/8 ' console || { echo "lo is not up"; cat console; exit 1; }
[ "$(wc -l <console)" -eq 2 ]
# In a network of others it may not be touched, which is said.
command_is /bin/echo started
ended_by_restart unshare -Urpfm --kill-child sh -c "$become_init"
console_is "init: cannot bring up the interface lo: operation not permitted" started "$ended"

# A module that cannot be loaded is said, and the app is started.
printf 'no module' >image/nsm.ko
command_is /bin/echo started
boot
tail -n 2 console >rest
printf 'started\n%s\n' "$ended" | diff - rest
head -n 1 console | grep -q "^init: cannot load /nsm.ko: "
[ "$(wc -l <console)" -eq 3 ]
rm image/nsm.ko

# The heartbeat: nothing answers here, which is said, and the app is started.
rm image/no-heartbeat
boot
tail -n 2 console >rest
printf 'started\n%s\n' "$ended" | diff - rest

# One user of a user name space can be nobody else, which is said.
: >image/no-heartbeat
printf '0:0\n' >image/user
boot_says "init: cannot become user 0, group 0: operation not permitted" "$(not_started 125)"

# With many users: user, group and further groups, and nothing of root's is left. Only root can make
# such a name space without further programs.
if [ "$(id -u)" -ne 0 ]; then
  echo "NOT TESTED, because it needs root: that the app becomes the user that /user names"
  exit 0
fi
mkfifo ready
unshare -U sh -c 'echo >ready; exec sleep 60' &
holder=$!
trap 'kill $holder' EXIT
read -r _ <ready
echo '0 0 65536' >"/proc/$holder/uid_map"
echo '0 0 65536' >"/proc/$holder/gid_map"
boot_with_users() {
  ended_by_restart nsenter -U -t "$holder" unshare -pfmn --kill-child sh -c "$become_init"
}
chmod 711 image/rootfs
mkdir -m 700 image/rootfs/private
command_is /bin/grep -E '^(Uid|Gid|Groups|Cap(Inh|Prm|Eff)):' /proc/self/status
none=0000000000000000
printf '1000:1001:5,6\n' >image/user
boot_with_users
console_is "Uid:	1000	1000	1000	1000" "Gid:	1001	1001	1001	1001" "Groups:	5 6 " \
  "CapInh:	$none" "CapPrm:	$none" "CapEff:	$none" "$ended"
printf '65534:0' >image/user
boot_with_users
console_is "Uid:	65534	65534	65534	65534" "Gid:	0	0	0	0" "Groups:	 " \
  "CapInh:	$none" "CapPrm:	$none" "CapEff:	$none" "$ended"

printf '1000:1000\n' >image/user
command_is /bin/sh -c 'echo $HOME'
boot_with_users
console_is / "$ended"
# The working folder may be one that only root can enter; the program may not be such a one.
printf '/private\n' >image/workdir
command_is /bin/sh -c 'ls . || echo closed'
boot_with_users
console_is "ls: .: Permission denied" closed "$ended"
cp /bin/busybox image/rootfs/private/sh
command_is ./sh
boot_with_users
console_is "init: cannot run './sh': permission denied" "$(not_started 126)"
cp /bin/busybox image/rootfs/bin/secret
chmod 700 image/rootfs/bin/secret
command_is secret
boot_with_users
console_is "init: cannot run '/bin/secret': permission denied" "$(not_started 126)"
