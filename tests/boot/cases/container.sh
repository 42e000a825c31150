# shellcheck shell=sh
# container KERNEL: the app is docs/examples/oci, a container image: its entrypoint and command, its variables,
# its user and its folder. The program that reads the registers is started by the same image's shell.
: "${root:?}"
kernel=$1
sh "$root/docs/examples/oci/make-image.sh" . >said 2>&1 || wrong "$(cat said)"
{
  kernel "$kernel"
  printf '[app]\noci = "app"\nheartbeat = false\ncompression = "gzip"\n'
  module_driver
} >enclave.toml
build
predict
boot
says "hello from user 1234 in /etc"
says "init: the app exited with status 0"

{
  cat enclave.toml
  cat <<'END'
command = ["/bin/busybox", "sh", "-c", "echo \"$GREETING from user $(busybox id -u)\"; exec /nsm-report --status=3"]
END
  echo '[[ramdisk]]'
  program nsm-report /rootfs/nsm-report 4755
  modules /rootfs/modules
} >with_report.toml
mv with_report.toml enclave.toml
build
predict
boot
has_predicted_registers
says "hello from user 1234"
says "folder /etc"
says "user 1234:1234 effective 0:1234"
says "init: the app exited with status 3"
