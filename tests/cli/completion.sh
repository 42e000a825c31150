# Completions and manual pages: each shell completes what the help lists, and `man` has nothing to
# complain about. Shells that are not installed are left out, and said.
. "$SOURCE/tests/cli/expect.sh"

expect 2 "$REPRODUCE" completion
expect 2 "$REPRODUCE" completion csh
says err bash

for shell in bash zsh fish; do
  expect 0 "$REPRODUCE" completion "$shell"
  silent err
  cp out "reproduce.$shell"
  for verb in $("$REPRODUCE" help --verbs); do
    grep -q "$verb" "reproduce.$shell" || { echo "$shell does not know $verb"; exit 1; }
  done
done

# bash: what _reproduce offers for the words, the last of which is being written.
cat >complete.bash <<'END_OF_SCRIPT'
. ./reproduce.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_reproduce
printf '%s\n' "${COMPREPLY[@]}"
END_OF_SCRIPT
# completes EXPECTED WORD...
completes() {
  expected=$1
  shift
  got=$(bash complete.bash "$@" | sort | tr '\n' ' ')
  [ "$got" = "$expected " ] || { echo "for '$*' bash offers '$got', not '$expected'"; exit 1; }
}
completes 'build' reproduce bu
completes 'measure' reproduce --json mea
completes 'gc verify' reproduce store ''
completes 'never' reproduce --color n
completes 'never' reproduce measure --color = n
completes 'nitro-cli' reproduce measure --format n
completes '--format' reproduce measure --fo
completes '--json' reproduce measure --js
completes '' reproduce verify app.e
completes '' reproduce verify --root roo

if command -v zsh >/dev/null; then
  zsh -n reproduce.zsh
  # _arguments as a witness: it tells what it is asked to complete.
  cat >complete.zsh <<'END_OF_SCRIPT'
compdef() { :; }
_arguments() { state=argument; printf '%s\n' "$@"; }
source ./reproduce.zsh
words=(measure)
_reproduce
END_OF_SCRIPT
  zsh -f complete.zsh >said
  grep -q '^\*--format=\[.*(text nitro-cli)$' said || { cat said; echo 'zsh does not offer --format'; exit 1; }
else
  echo 'SKIPPED for zsh: it is not installed'
fi

if command -v fish >/dev/null; then
  HOME=$PWD fish --no-config -c 'source reproduce.fish; complete -C "reproduce measure --format "' >said
  grep -q '^nitro-cli' said || { cat said; echo 'fish does not offer nitro-cli'; exit 1; }
  HOME=$PWD fish --no-config -c 'source reproduce.fish; complete -C "reproduce mea"' >said
  grep -q '^measure' said || { cat said; echo 'fish does not offer measure'; exit 1; }
else
  echo 'SKIPPED for fish: it is not installed'
fi

# Manual pages: groff with all warnings is silent, and what is shown has what the help has.
for verb in '' $("$REPRODUCE" help --verbs); do
  # shellcheck disable=SC2086  # no word where there is no verb
  expect 0 "$REPRODUCE" help --man $verb
  cp out page.1
  if command -v groff >/dev/null; then
    groff -man -Tutf8 -ww -rCHECKSTYLE=3 page.1 >shown 2>complaints || { cat complaints; exit 1; }
    [ ! -s complaints ] || { cat complaints; echo "groff complains about the page of '$verb'"; exit 1; }
  fi
  grep -q '^\.SH EXIT STATUS' page.1 || { echo "the page of '$verb' has no exit status"; exit 1; }
done
command -v groff >/dev/null || echo 'SKIPPED for groff: it is not installed'
