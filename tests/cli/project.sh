# Sourced by the scripts: small manifests to build.

# make_project FOLDER: one with an input of each kind.
make_project() {
  mkdir -p "$1/rootfs/bin"
  printf 'a kernel' >"$1/kernel"
  printf '#!/bin/app\n' >"$1/init"
  printf 'ready!!!' >"$1/ready.cpio"
  printf 'an app' >"$1/rootfs/bin/app"
  ln -s bin/app "$1/rootfs/start"
  chmod 755 "$1/rootfs/bin" "$1/rootfs/bin/app"
  chmod 644 "$1/init"
  cat >"$1/enclave.toml" <<'END'
[image]
name = "small"
arch = "x86_64"
[kernel]
path = "kernel"
[[ramdisk]]
[[ramdisk.layer]]
file = "init"
to = "/init"
mode = "0755"
[[ramdisk]]
[[ramdisk.layer]]
dir = "rootfs"
to = "/rootfs"
[[ramdisk]]
raw = "ready.cpio"
END
}

# make_toy COMPRESSION: a kernel and enclave.toml here. The second of two ramdisks is packed with COMPRESSION, and the
# layers in it are standard input's.
make_toy() {
  printf 'kernel' >kernel
  {
    cat <<END
[image]
name = "toy"
arch = "x86_64"
[kernel]
path = "kernel"
[[ramdisk]]
[[ramdisk.layer]]
text = "first"
to = "/init"
mode = "0755"
[[ramdisk]]
compression = "$1"
END
    cat
  } >enclave.toml
}
