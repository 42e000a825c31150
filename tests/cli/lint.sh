# lint: `lock` warns by name, the manifest allows by name and path or makes it an error.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_project .
mkdir -p rootfs/etc rootfs/usr/bin
echo 0123456789abcdef0123456789abcdef >rootfs/etc/machine-id
printf 'su' >rootfs/usr/bin/su
printf 'sudo' >rootfs/usr/bin/sudo
chmod 755 rootfs/etc rootfs/usr rootfs/usr/bin
chmod 644 rootfs/etc/machine-id
chmod 4755 rootfs/usr/bin/su rootfs/usr/bin/sudo

expect 0 "$REPRODUCE" lock
says err "machine-id: '/rootfs/etc/machine-id' in ramdisk 1 is an identity"
says err "setuid: '/rootfs/usr/bin/su' in ramdisk 1 runs as its owner"
says err "setuid: '/rootfs/usr/bin/sudo' in ramdisk 1"
[ "$(wc -l <err)" -eq 3 ]

# Looking changes nothing about the lock, and building does not look.
cp enclave.lock first.lock
expect 0 "$REPRODUCE" build
silent err

cp enclave.toml plain.toml
printf '[lint]\nallow = ["machine-id", "setuid"]\n' >>enclave.toml
expect 0 "$REPRODUCE" lock
silent err
grep -v manifest_sha256 first.lock >first
grep -v manifest_sha256 enclave.lock | diff first -

cat plain.toml - >enclave.toml <<'END'
[lint]
level = "error"
[lint.allow]
machine-id = []
setuid = ["/rootfs/**/su"]
END
cp enclave.lock before.lock
expect 2 "$REPRODUCE" lock
says err "lint has 1 finding"
says err "setuid: '/rootfs/usr/bin/sudo' in ramdisk 1"
cmp enclave.lock before.lock
rm rootfs/usr/bin/sudo
expect 0 "$REPRODUCE" lock
silent err

cat plain.toml - >enclave.toml <<'END'
[lint]
allow = ["setuids"]
END
expect 2 "$REPRODUCE" lock
says err "[lint] allows 'setuids'"
says err 'did you mean `setuid`?'

# A file that is newer than the clock of the image.
sed 's/^arch = .*/&\nsource_date_epoch = 1700000000/' plain.toml >enclave.toml
rm -r rootfs/etc rootfs/usr
find rootfs -exec touch -h -d @1600000000 {} +
expect 0 "$REPRODUCE" lock
silent err
touch -d @1700000001 rootfs/bin/app
expect 0 "$REPRODUCE" lock
says err "newer-than-epoch: '/rootfs/bin/app' in ramdisk 1 is of 2023-11-14T22:13:21Z"
