# Sourced by the scripts that hold documents to schemas, after expect.sh and project.sh: makes one of each kind, by each
# outcome, in the folder `documents`.
#
#     NAME.FORMAT         what `export` writes of the image, its manifest and its lock, for each format that it knows
#     NAME.junit.xml      and NAME.sarif.json, NAME.answer.json, NAME.summary.md: reports

# report CODE NAME ARGUMENT...: all four of a run that ends so.
report() {
  code=$1
  name=documents/$2
  shift 2
  expect "$code" "$REPRODUCE" "$@" --report \
    "junit=$name.junit.xml,sarif=$name.sarif.json,markdown=$name.summary.md,json=$name.answer.json"
}

# forge IMAGE NAME: NAME.cbor attests it, under NAME.pem.
forge() {
  pcrs=$("$REPRODUCE" measure "$1" | sed -n 's/^PCR\([012]\)  /--pcr \1=/p')
  # shellcheck disable=SC2086  # words are what is wanted
  "$FORGE" $pcrs --root-out "$2.pem" --out "$2.cbor"
}

# formats: what `export` knows, by its own words.
formats() {
  "$REPRODUCE" help export | sed -n '/--format/,/}/s/.*{\(.*\)}.*/\1/p' | tr ', ' '\n\n' | grep .
}

make_documents() {
  mkdir documents
  make_project .
  # Names that every format has to write in its own way.
  cp -r rootfs 'root <fs> & "co", ünï'
  sed -i "s/dir = \"rootfs\"/dir = 'root <fs> \& \"co\", ünï'/" enclave.toml
  expect 0 "$REPRODUCE" lock
  report 0 built build -o app.eif
  report 0 checked build --check
  report 0 current lock --check
  forge app.eif right
  cp enclave.lock documents/image.lock.json

  report 0 verified verify app.eif right.cbor --root right.pem
  printf 'another app' >'root <fs> & "co", ünï/bin/app'
  report 1 changed lock --check
  report 4 unpinned build -o other.eif
  cp enclave.lock true.lock
  expect 0 "$REPRODUCE" lock
  expect 0 "$REPRODUCE" build -o 'wrong <&">.eif'
  forge 'wrong <&">.eif' wrong
  cp true.lock enclave.lock
  printf 'an app' >'root <fs> & "co", ünï/bin/app'
  report 1 refused verify app.eif wrong.cbor --root wrong.pem --against 'wrong <&">.eif' --explain --nonce 00ff
  report 4 forged verify app.eif right.cbor
  printf 'no document' >garbage
  report 3 garbage verify app.eif garbage
  report 5 missing verify app.eif missing
  "$REPRODUCE" export app.eif --format nitro-cli >published.json
  report 0 agreed verify app.eif --reference published.json
  report 1 disagreed verify 'wrong <&">.eif' --reference published.json
  report 0 same diff app.eif app.eif
  report 1 differs diff app.eif 'wrong <&">.eif'
  report 1 pins diff enclave.lock 'wrong <&">.eif'
  head -c 2000 app.eif >cut.eif
  report 1 cut diff cut.eif app.eif
  printf '# a remark\n' >>enclave.toml
  report 2 stale build -o other.eif
  sed -i '$d' enclave.toml

  for format in $(formats); do
    if [ "$format" = vsa ]; then  # of a run of verify
      for run in verified refused; do
        expect 0 "$REPRODUCE" export documents/$run.answer.json --format vsa -o documents/$run.vsa
      done
      continue
    fi
    for subject in app.eif enclave.toml enclave.lock; do
      expect 0 "$REPRODUCE" export $subject --format "$format" -o "documents/$subject.$format"
    done
  done
  expect 0 "$REPRODUCE" export app.eif --lock enclave.lock --builder https://example.org/ci --format in-toto \
    -o documents/built.in-toto
}
