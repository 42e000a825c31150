# Envelopes of `attest` in the hands of others, and theirs in ours: sigstore's packages from npm, pinned by
# statements/package-lock.json, and in-toto's securesystemslib from Debian. Needs npm and the network.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"
for tool in npm node openssl ssh-keygen /usr/bin/python3; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
/usr/bin/python3 -c 'import securesystemslib' 2>/dev/null || { echo 'no python3-securesystemslib'; exit 77; }
cp "$SOURCE"/tests/campaign/statements/* .
npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || { cat npm.log; exit 77; }

make_project .
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build -o app.eif
mkdir keys
openssl genpkey -algorithm ed25519 -out ed25519
openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out p256
openssl ecparam -name secp384r1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out p384
for kind in ed25519 p256 p384; do
  openssl pkey -in $kind -pubout -out keys/$kind.pem
  expect 0 "$REPRODUCE" attest --key $kind -o $kind.dsse
done
ssh-keygen -q -t ed25519 -N '' -C ssh -f ssh
cp ssh.pub keys/
expect 0 "$REPRODUCE" attest --key ssh -o ssh.dsse

# Ours by sigstore's verifier, which takes SHA-256 for every curve, so that P-384 is not its to judge.
for kind in ed25519 p256; do
  node ours.mjs $kind.dsse keys/$kind.pem
  if node ours.mjs $kind.dsse keys/p384.pem 2>/dev/null; then echo 'another key will do'; exit 1; fi
done
# Ours by in-toto's library, which takes the digest that goes with the curve.
/usr/bin/python3 securesystemslib_says.py ed25519.dsse keys/ed25519.pem ed25519
/usr/bin/python3 securesystemslib_says.py p256.dsse keys/p256.pem ecdsa-sha2-nistp256
/usr/bin/python3 securesystemslib_says.py p384.dsse keys/p384.pem ecdsa-sha2-nistp384
if /usr/bin/python3 securesystemslib_says.py p256.dsse keys/p384.pem ecdsa-sha2-nistp384 2>/dev/null; then
  echo 'another key will do'
  exit 1
fi

# Theirs by ours: an envelope that sigstore's builder makes, around a statement that another program writes.
"$REPRODUCE" measure app.eif >measured
# shellcheck disable=SC2046  # words are what is wanted
"$FORGE" $(sed -n 's/^PCR\([012]\)  /--pcr \1=/p' measured) --root-out root.pem --out good.cbor
for kind in ed25519 p256 p384; do
  python3 - $kind >statement.json <<'END_OF_SCRIPT'
import hashlib, json, sys
digest = hashlib.sha256(open("app.eif", "rb").read()).hexdigest()
print(json.dumps({
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "app", "digest": {"sha256": digest}}],
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {
        "buildDefinition": {"buildType": "https://example.org/build", "externalParameters": {}},
        "runDetails": {"builder": {"id": "https://example.org/" + sys.argv[1]}}}}))
END_OF_SCRIPT
  node theirs.mjs statement.json $kind >their-$kind.dsse
done
expect 0 "$REPRODUCE" verify --root root.pem --rebuilders keys --threshold 3 app.eif good.cbor \
  their-ed25519.dsse their-p256.dsse their-p384.dsse
says out 'ed25519, p256 and p384 of 4 rebuilders made this image'
expect 0 "$REPRODUCE" verify --root root.pem --rebuilders keys app.eif good.cbor \
  ed25519.dsse their-p256.dsse p384.dsse ssh.dsse
sed 's/"payload":"e/"payload":"f/' their-p256.dsse >changed.dsse
expect 3 "$REPRODUCE" verify --root root.pem --rebuilders keys --threshold 1 app.eif good.cbor changed.dsse
echo "what sigstore's builder makes counts here"
