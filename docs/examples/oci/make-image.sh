#!/bin/sh
# make-image.sh FOLDER: makes FOLDER/app, an OCI image layout, from a static busybox, without any network.
# Needs umoci, and busybox from the package busybox-static. Stands for what `skopeo copy
# docker://... oci:app:latest`, `buildah push ... oci:app:latest` or a build service gives.
set -eu
cd "$1"
rm -rf app bundle
umoci init --layout app
umoci new --image app:latest
umoci unpack --rootless --image app:latest bundle
mkdir -p bundle/rootfs/bin bundle/rootfs/etc
cp /bin/busybox bundle/rootfs/bin/busybox
ln -s busybox bundle/rootfs/bin/sh
printf 'root:x:0:0::/:/bin/sh\nservice:x:1234:1234::/:/bin/sh\n' >bundle/rootfs/etc/passwd
umoci repack --image app:latest bundle
umoci config --image app:latest --architecture amd64 --os linux \
  --config.entrypoint /bin/busybox --config.cmd sh --config.cmd -c \
  --config.cmd "echo \"\$GREETING from user \$(busybox id -u) in \$(busybox pwd)\"" \
  --config.env PATH=/bin --config.env GREETING=hello --config.user service --config.workingdir /etc
rm -rf bundle
