#!/bin/sh
# Runs one case and says in a line how it ended:
#
#     sh tests/boot/one.sh FOLDER CASE ARGUMENT...
#
# in a new folder below FOLDER, which tests/boot/run.sh made. The images of cases that end well are removed.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
room=$1
shift
name=$(echo "$*" | tr ' ' '-')
begin=$(date +%s)
rm -rf "${room:?}/$name"
mkdir "$room/$name"
status=0
(
  cd "$room/$name"
  . "$root/tests/boot/case.sh"
  case_script=$root/tests/boot/cases/$1.sh
  shift
  # shellcheck disable=SC1090  # one of cases/
  . "$case_script"
) >"$room/$name/log" 2>&1 || status=$?
words=$(printf '%4d s  %s' $(($(date +%s) - begin)) "$*")
if [ "$status" -eq 0 ]; then
  rm -f "$room/$name"/*.eif
  echo "ok     $words"
else
  { echo "FAILED $words   (in $room/$name)" && sed 's/^/       | /' "$room/$name/log"; } >"$room/$name/failure"
  cat "$room/$name/failure"
fi
exit "$status"
