# Help is an answer (stdout, exit 0), mistakes are told with the nearest name,
# and docs/cli.md says what the binary says.
. "$SOURCE/tests/cli/expect.sh"

expect 0 "$REPRODUCE" --help
says out measure
silent err
expect 0 "$REPRODUCE" --version
says out "reproduce "
for verb in $("$REPRODUCE" help --verbs); do
  expect 0 "$REPRODUCE" "$verb" --help
  says out "Exit status:"
  says out "Examples:"
  silent err
done

expect 2 "$REPRODUCE"
expect 2 "$REPRODUCE" mesure
says err 'did you mean `measure`?'
expect 2 "$REPRODUCE" measure --fromat=text x
says err 'did you mean `--format`?'
expect 2 "$REPRODUCE" measure
expect 2 "$REPRODUCE" measure --json
says out '"reproduce/error/1"'
silent err

"$REPRODUCE" help --markdown >cli.md
if [ "${REPRODUCE_ACCEPT:-}" = 1 ]; then
  cp cli.md "$SOURCE/docs/cli.md"
  exit 77
fi
diff cli.md "$SOURCE/docs/cli.md" ||
  { echo 'docs/cli.md is out of date: REPRODUCE_ACCEPT=1 ctest -R cli.help'; exit 1; }
