# shellcheck shell=sh
# packages KERNEL: the app's root folder is made of Debian packages: a shell, and the libraries it is linked with.
kernel=$1
{
  kernel "$kernel"
  cat <<'END'
[app]
debs = ["dash"]
command = ["/bin/dash", "-c", "echo \"the shell is $0\"; exec /nsm-report"]
heartbeat = false
compression = "zstd"
END
  module_driver
  echo '[[ramdisk]]'
  program nsm-report /rootfs/nsm-report
  modules /rootfs/modules
} >enclave.toml
build
predict
boot
has_predicted_registers
says "the shell is /bin/dash"
says "init: the app exited with status 0"
