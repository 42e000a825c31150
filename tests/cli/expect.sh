# Sourced by the scripts: runs the binary and holds it to an exit code.
# Afterwards stdout and stderr of the run are in the files `out` and `err`.

expect() {
  wanted=$1
  shift
  got=0
  "$@" >out 2>err || got=$?
  if [ "$got" != "$wanted" ]; then
    echo "expected exit $wanted, got $got: $*"
    cat out err
    exit 1
  fi
}

# says FILE WORDS: WORDS stand in FILE.
says() {
  grep -qF -- "$2" "$1" || { echo "'$2' is not in $1:"; cat "$1"; exit 1; }
}

# silent FILE: nothing stands in FILE.
silent() {
  [ ! -s "$1" ] || { echo "$1 should be empty:"; cat "$1"; exit 1; }
}
