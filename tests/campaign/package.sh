# The Debian package on a bare Debian: it installs, and the program, its manual pages and its completions work
# there; lintian has no errors. Two packages of the same binary are the same bytes. Needs root, debootstrap and
# lintian, and a machine whose apt knows Debian 12.
. "$SOURCE/tests/cli/expect.sh"
for tool in debootstrap lintian dpkg-deb apt-get; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }

cmake --build "$SOURCE/build/release" --target reproduce said >build.log || { cat build.log; exit 1; }
for round in one two; do
  (cd "$SOURCE" && SOURCE_DATE_EPOCH=1795651200 cpack --preset deb -B "$OLDPWD/$round" >/dev/null)
done
package=$(find one -maxdepth 1 -name '*.deb')
cmp "$package" "two/${package#one/}"
dpkg-deb --info "$package"
lintian --allow-root --fail-on error "$package"

mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
  awk '$2 == "bookworm" { print $1; exit }')
[ -n "$mirror" ] || { echo "apt knows no bookworm"; exit 77; }
room=$PWD/room
trap 'umount "$room/proc" 2>/dev/null || true; rm -rf --one-file-system "$room"' EXIT
debootstrap --variant=minbase --include=man-db,bash-completion,groff-base bookworm "$room" "$mirror" >debootstrap.log 2>&1 ||
  { tail debootstrap.log; exit 1; }
rm -f "$room/etc/dpkg/dpkg.cfg.d/"*
cp "$package" "$room/reproduce.deb"
cp /etc/resolv.conf "$room/etc/"
apt-config dump --format '%F "%v";%n' Acquire | grep -E '^Acquire::(http|https|Retries|Check-)' \
  >"$room/etc/apt/apt.conf.d/90host" || true
chroot "$room" apt-get -qq -y --no-install-recommends install /reproduce.deb >install.log 2>&1 ||
  { cat install.log; exit 1; }
mount -t proc proc "$room/proc"
chroot "$room" reproduce --version
head -c 100000 /dev/urandom >"$room/kernel"
chroot "$room" reproduce build --kernel kernel --cmdline 'console=ttyS0' --ramdisk kernel -o app.eif
chroot "$room" reproduce measure app.eif
for verb in $(chroot "$room" reproduce help --verbs); do
  chroot "$room" env MANROFFOPT=-ww LC_ALL=C.UTF-8 man --warnings -P cat "reproduce-$verb" >page 2>complaints
  [ -s page ] && [ ! -s complaints ] || { cat complaints; echo "man reproduce-$verb"; exit 1; }
done
# shellcheck disable=SC2016  # for the shell in there
chroot "$room" bash -ec '. /usr/share/bash-completion/bash_completion
  _completion_loader reproduce || true
  COMP_WORDS=(reproduce mea) COMP_CWORD=1
  _reproduce
  [ "${COMPREPLY[*]}" = measure ]'
for file in zsh/vendor-completions/_reproduce fish/vendor_completions.d/reproduce.fish; do
  [ -s "$room/usr/share/$file" ] || { echo "no $file"; exit 1; }
done
echo "the package installs and works on a bare Debian 12"
