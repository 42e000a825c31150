# shellcheck shell=sh
# Sourced by the scripts beside it, after tests/setup.sh.
# Debian's archive, as this machine's own apt reaches it; of a suite that the machine need not have.

: "${root:?}"

boot_suite=trixie

# debian_archive: the URI of the archive, by the first ordinary suite in apt's sources.
debian_archive() {
  # shellcheck disable=SC2016  # apt fills these in
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$3 == "main" && $2 !~ /-/ { print $1; exit }'
}

# suite_apt FOLDER COMMAND...: apt's COMMAND (apt-get, apt-cache) as on a machine whose only suite is
# $boot_suite and which has no packages. All that apt keeps lies in FOLDER; the machine's own stays as it is.
suite_apt() {
  private=$1
  command=$2
  shift 2
  if [ ! -e "$private/sources.list" ]; then
    mkdir -p "$private/lists/partial" "$private/cache/archives/partial"
    : >"$private/status"
    archive=$(debian_archive)
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    printf '%s [signed-by=%s] %s %s main\n' deb "$keyring" "$archive" "$boot_suite" \
      deb-src "$keyring" "$archive" "$boot_suite" >"$private/sources.list"
  fi
  "$command" -qq -o "Dir::Etc::SourceList=$private/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$private/lists" -o "Dir::Cache=$private/cache" \
    -o "Dir::State::Status=$private/status" -o APT::Sandbox::User=root "$@"
}

# pins: the lines of pins.txt, "SHA256 PACKAGE PATH".
pins() {
  grep -v '^#' "$root/tests/boot/pins.txt"
}
