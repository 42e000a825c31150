# A program that does not run is explained: the kernel's error number alone would mislead.
. "$SOURCE/tests/init/machine.sh"

case $(uname -m) in
  x86_64) here=x86_64 other=aarch64 ;;
  aarch64) here=aarch64 other=x86_64 ;;
esac

# not_found PROGRAM WORDS, not_runnable PROGRAM WORDS: `cannot run PROGRAM: WORDS`.
not_found() {
  command_is "$1"
  boot_says "init: cannot run '$1': $2" "$(not_started 127)"
}
not_runnable() {
  command_is "$1"
  boot_says "init: cannot run '$1': $2" "$(not_started 126)"
}

# program PATH MODE: a file in the container, its content from standard input.
program() {
  cat >"image/rootfs$1"
  chmod "$2" "image/rootfs$1"
}

new_image
default_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
not_found /bin/nothing "no such file or folder"
not_found bin/nothing "no such file or folder"
not_found /bin/sh/nothing "not a folder"
not_found nothing "it is in no folder of PATH, '$default_path'"
printf 'PATH=\n' >image/env
not_found nothing "it is in no folder of PATH, ''"
printf 'PATH=/none:/bin/sh:/bin\n' >image/env
not_found nothing "it is in no folder of PATH, '/none:/bin/sh:/bin'"
rm image/env

echo 'text' | program /bin/plain 644
not_runnable /bin/plain "it is not executable"
mkdir image/rootfs/bin/folder
not_runnable /bin/folder "it is a folder"
ln -s loop image/rootfs/bin/loop
not_runnable /bin/loop "too many symbolic links"

echo '#!/bin/nothing -x' | program /bin/script 755
not_runnable /bin/script "its interpreter '/bin/nothing' is not there"
printf '#! \t/bin/nothing' | program /bin/script 755
not_runnable /bin/script "its interpreter '/bin/nothing' is not there"
echo '#!/bin/plain' | program /bin/script 755
not_runnable /bin/script "its interpreter '/bin/plain' is not executable"
echo 'echo a script without a first line' | program /bin/script 755
no_format="it is neither a program of this machine nor a script that begins with #!"
not_runnable /bin/script "$no_format"
printf '' | program /bin/script 755
not_runnable /bin/script "$no_format"
printf '#!' | program /bin/script 755
command_is /bin/script
boot
[ "$(tail -n 1 console)" = "$(not_started 126)" ]
printf '#!/bin/script\n' | program /bin/script 755
not_runnable /bin/script "too many symbolic links"
printf '\177ELF' | program /bin/script 755
not_runnable /bin/script "$no_format"

# machine_type FROM NUMBER: FROM with another e_machine, as two octal bytes.
machine_type() {
  head -c 18 "$1"
  printf '%b' "$2"
  tail -c +21 "$1"
}
if [ ! -e /proc/sys/fs/binfmt_misc/status ]; then
  program /bin/foreign 755 <"$GUEST/init-$other"
  not_runnable /bin/foreign "it is a program for $other, and this machine is $here"
fi
machine_type "$INIT" '\0101\0202' | program /bin/foreign 755
not_runnable /bin/foreign "it is a program for machine type 33345, and this machine is $here"

# A program of the host that is linked against a loader which the container does not have.
loader=$(LC_ALL=C readelf -lW "$(command -v readelf)" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
if [ -n "$loader" ]; then
  program /bin/linked 755 <"$(command -v readelf)"
  not_runnable /bin/linked "its interpreter '$loader' is not there"
fi

# Headers that lie. patched OFFSET BYTES: init with these bytes there.
patched() {
  cp "$INIT" liar
  printf '%b' "$2" | dd of=liar bs=1 seek="$1" conv=notrunc status=none
  program /bin/liar 755 <liar
  command_is /bin/liar
  boot
  tail -n 1 console | grep -q '^init: the app \(was not started\|was killed\|exited with status 125\)'
}
ones='\0377\0377\0377\0377\0377\0377\0377\0377'
patched 32 "$ones"
patched 54 '\0377\0377'
patched 56 '\0377\0377'
patched 64 '\03\0\0\0'
patched 72 "$ones"
patched 96 "$ones"
patched 4 '\01'
patched 5 '\02'
for size in 16 63 64 100 200; do
  head -c "$size" "$INIT" | program /bin/short 755
  command_is /bin/short
  boot
  tail -n 1 console | grep -qxF "$(not_started 126)"
done

# The search of PATH goes on behind what does not run, and reports the first of those at its end.
printf 'PATH=/one:/two:/bin\n' >image/env
mkdir image/rootfs/one image/rootfs/two
echo 'x' | program /one/tool 644
echo '#!/bin/nothing' | program /two/tool 755
command_is tool
boot_says "init: cannot run '/one/tool': it is not executable" "$(not_started 126)"
printf '#!/bin/sh\necho found\n' | program /bin/tool 755
boot_says found "init: the app exited with status 0"
# An empty folder is the working folder.
printf 'PATH=/none:\n' >image/env
printf '/bin\n' >image/workdir
boot_says found "init: the app exited with status 0"
