# shellcheck shell=sh
# init_says FAULT: what the builtin init says of an app that it cannot start, or that ends badly.
kernel=tiny

# app COMMAND: the rest of a manifest, up to a place for more layers.
app() {
  printf '[app]\ndir = "../inputs/rootfs"\ncommand = %s\nheartbeat = false\n' "$1"
  echo '[[ramdisk]]'
  program nsm-report /rootfs/nsm-report
}

# text PATH CONTENT [MODE]: a layer with a small file.
text() {
  printf '[[ramdisk.layer]]\ntext = "%s"\nto = "%s"\nmode = "%s"\n' "$2" "$1" "${3:-0755}"
}

end="init: the app was not started: status"
{
  kernel "$kernel"
  case $1 in
    no-command)
      printf '[[ramdisk]]\n[[ramdisk.layer]]\neif = "../inputs/tiny/app.eif"\nsection = "ramdisk 0"\n'
      printf '[[ramdisk.layer]]\nmkdir = "/rootfs"\n'
      cause="init: cannot read /cmd: no such file or folder"
      end="$end 125" ;;
    no-program)
      app '["/usr/bin/nothing"]'
      cause="init: cannot run '/usr/bin/nothing': no such file or folder"
      end="$end 127" ;;
    not-in-path)
      app '["nothing"]'
      cause="init: cannot run 'nothing': it is in no folder of PATH, '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'"
      end="$end 127" ;;
    not-executable)
      app '["/script"]'
      text /rootfs/script '#!/nsm-report\n' 0644
      cause="init: cannot run '/script': it is not executable"
      end="$end 126" ;;
    script-without-interpreter)
      app '["/script"]'
      text /rootfs/script '#!/bin/missing\n'
      cause="init: cannot run '/script': its interpreter '/bin/missing' is not there"
      end="$end 126" ;;
    program-without-interpreter)
      app '["/dynamic"]'
      program dynamic /rootfs/dynamic
      cause="init: cannot run '/dynamic': its interpreter '/lib64/ld-linux-x86-64.so.2' is not there"
      end="$end 126" ;;
    no-format)
      app '["/script"]'
      text /rootfs/script 'echo hello\n'
      cause="init: cannot run '/script': it is neither a program of this machine nor a script that begins with #!"
      end="$end 126" ;;
    crash)
      app '["/nsm-report", "--signal=11"]'
      cause="nsm-report: end"
      end="init: the app was killed by signal 11 (SIGSEGV)" ;;
  esac
} >enclave.toml
build
predict
boot
says "$cause"
says "$end"
[ "$1" != crash ] || has_predicted_registers
