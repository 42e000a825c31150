# What is wrong with the image's description of the app is said in one line, and ends the machine.
. "$SOURCE/tests/init/machine.sh"

# refused FILE LINE: with what FILE holds now, the app is not started because of LINE.
refused() {
  boot_says "init: $2" "$(not_started 125)"
  rm -r "image/$1"
}

new_image
boot_says "init: cannot read /cmd: no such file or folder" "$(not_started 125)"

no_program="/cmd names no program: its first line is the program, each further line an argument"
: >image/cmd
refused cmd "$no_program"
printf '\n' >image/cmd
refused cmd "$no_program"
printf '\nx\n' >image/cmd
refused cmd "$no_program"
mkdir image/cmd
refused cmd "cannot read /cmd: is a folder"
mkfifo image/cmd
refused cmd "$no_program"
printf '/bin/echo\na\0b\n' >image/cmd
refused cmd "/cmd, line 2: a NUL byte"
head -c 1048577 /dev/zero | tr '\0' x >image/cmd
refused cmd "/cmd is larger than 1048576 bytes"
yes x | head -n 8193 >image/cmd
refused cmd "/cmd has more than 8192 lines"
ln -s cmd image/cmd
refused cmd "cannot read /cmd: too many symbolic links"

# The largest file is read, and its one word is more than the kernel takes.
head -c 1048575 /dev/zero | tr '\0' x >image/cmd
printf '\n' >>image/cmd
boot
tail -n 1 console | grep -qxF "$(not_started 127)"

command_is /bin/echo started
printf 'A=1\nnonsense\n' >image/env
refused env "/env, line 2: not KEY=VALUE: 'nonsense'"
printf 'A=1\n\n=x\n' >image/env
refused env "/env, line 3: not KEY=VALUE: '=x'"
printf 'A=\0\n' >image/env
refused env "/env, line 1: a NUL byte"
printf 'a\033[31m\377%0300d' 0 >image/env
refused env "/env, line 1: not KEY=VALUE: 'a\\x1b[31m\\xff$(printf '%0193d' 0)...'"
head -c 1048577 /dev/zero | tr '\0' x >image/env
refused env "/env is larger than 1048576 bytes"
yes A=1 | head -n 8190 >image/env
refused env "/env has more than 8189 lines"
mkdir image/env
refused env "cannot read /env: is a folder"

wrong_user="/user is not UID:GID or UID:GID:GID,GID... in decimal:"
for user in '' 0 0: :0 a:0 0:a 0:0: 0:0:x '0:0:1,' '0:0:,1' '0:0:1,,2' -1:0 ' 0:0' '0:0 ' +1:0 0x1:0 \
  4294967295:0 0:4294967295 0:0:4294967295 18446744073709551616:0 0:0:1:2; do
  printf '%s\n' "$user" >image/user
  refused user "$wrong_user '$user'"
done
printf '0:0\n0:0\n' >image/user
refused user "$wrong_user '0:0'"
printf '0:0\0' >image/user
refused user "$wrong_user '0:0'"
{ printf '0:0:0' && yes ,1 | head -n 1024 | tr -d '\n'; } >image/user
boot
grep -q "^init: $wrong_user" console
head -c 16385 /dev/zero | tr '\0' 1 >image/user
refused user "/user is larger than 16384 bytes"

wrong_folder="/workdir is not one line with an absolute path:"
: >image/workdir
refused workdir "$wrong_folder ''"
printf 'bin\n' >image/workdir
refused workdir "$wrong_folder 'bin'"
printf '/bin\n/\n' >image/workdir
refused workdir "$wrong_folder '/bin'"
printf '/bin\0' >image/workdir
refused workdir "$wrong_folder '/bin'"
head -c 4097 /dev/zero | tr '\0' / >image/workdir
refused workdir "/workdir is larger than 4096 bytes"
printf '/nowhere\n' >image/workdir
refused workdir "cannot enter the working folder '/nowhere': no such file or folder"
printf '/bin/sh\n' >image/workdir
refused workdir "cannot enter the working folder '/bin/sh': not a folder"

mv image/rootfs image/container
printf 'x' >image/rootfs
refused rootfs "cannot enter /rootfs: not a folder"
mv image/container image/rootfs
boot_says started "init: the app exited with status 0"
