# `attest`, and `verify --rebuilders`: who rebuilt what, signed, and how many must agree.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

command -v ssh-keygen >/dev/null || { echo 'there is no ssh-keygen'; exit 77; }
command -v openssl >/dev/null || { echo 'there is no openssl'; exit 77; }

make_project .
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build -o app.eif
"$REPRODUCE" measure app.eif >measured
# shellcheck disable=SC2046  # words are what is wanted
"$FORGE" $(sed -n 's/^PCR\([012]\)  /--pcr \1=/p' measured) --root-out root.pem --out good.cbor
judge() { "$REPRODUCE" verify --root root.pem "$@"; }

# Four people: OpenSSH and PEM, Ed25519 and ECDSA. Mallory is known to nobody.
mkdir keys private
ssh-keygen -q -t ed25519 -N '' -C alice -f private/alice
ssh-keygen -q -t ecdsa -b 384 -N '' -C bob -f private/bob
cp private/alice.pub private/bob.pub keys/
openssl ecparam -name prime256v1 -genkey -noout -out private/carol
openssl pkey -in private/carol -pubout -out keys/carol.pem
openssl genpkey -algorithm ed25519 -out private/mallory
for name in alice bob carol mallory; do
  expect 0 "$REPRODUCE" attest enclave.lock --key private/$name -o $name.dsse
  says out "yes: the image is the one that the lock expects"
done

# The statement says what was made, by an independent reader of envelopes and signatures.
expect 0 sh -c '"$1" attest --key private/alice >again.dsse' sh "$REPRODUCE"
cmp alice.dsse again.dsse
python3 - <<'END_OF_SCRIPT'
import base64, hashlib, json
envelope = json.load(open("carol.dsse"))
assert envelope["payloadType"] == "application/vnd.in-toto+json"
payload = base64.b64decode(envelope["payload"], validate=True)
kind = envelope["payloadType"].encode()
open("carol.signed", "wb").write(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
open("carol.sig", "wb").write(base64.b64decode(envelope["signatures"][0]["sig"], validate=True))
statement = json.loads(payload)
image = open("app.eif", "rb").read()
assert statement["subject"][0]["digest"]["sha256"] == hashlib.sha256(image).hexdigest()
assert statement["subject"][0]["digest"]["sha384"] == hashlib.sha384(image).hexdigest()
measured = dict(line.split() for line in open("measured") if line.startswith("PCR"))
assert {s["name"]: s["digest"]["sha384"] for s in statement["subject"][1:]} == measured
lock = json.load(open("enclave.lock"))
del lock["image"]
recipe = hashlib.sha256((json.dumps(lock, indent=2) + "\n").encode()).hexdigest()
definition = statement["predicate"]["buildDefinition"]
assert definition["externalParameters"]["recipe"]["digest"] == {"reproduceRecipeV1": recipe}
der = open("keys/carol.pem").read().split("-----")[2]
key_id = hashlib.sha256(base64.b64decode(der)).hexdigest()
assert envelope["signatures"][0]["keyid"] == key_id
assert statement["predicate"]["runDetails"]["builder"]["id"] == "urn:reproduce:key:" + key_id
END_OF_SCRIPT
openssl dgst -sha256 -verify keys/carol.pem -signature carol.sig carol.signed

# Enough of them, for whatever stands for the image.
for subject in app.eif enclave.lock enclave.toml; do
  expect 0 judge --rebuilders keys --threshold 2 $subject good.cbor alice.dsse bob.dsse
  says out 'alice and bob of 3 rebuilders made this image'
done
mkdir statements
cp alice.dsse bob.dsse carol.dsse statements/
expect 0 judge --rebuilders keys enclave.lock good.cbor statements
says out 'alice, bob and carol of 3 rebuilders made this image'
expect 0 judge --json --rebuilders keys enclave.lock good.cbor statements
python3 - <<'END_OF_SCRIPT'
import json
verdict = json.load(open("out"))
checks = [c for c in verdict["checks"] if c["name"] == "rebuilders"]
assert len(checks) == 1 and checks[0]["outcome"] == "pass" and checks[0]["threshold"] == 3
assert [c["signers"] for c in verdict["checks"] if c["name"] == "statement"] == ["alice", "bob", "carol"]
END_OF_SCRIPT

# Too few: one, one twice, one under another file's name, one that nobody knows.
cp alice.dsse copy.dsse
expect 1 judge --rebuilders keys --threshold 2 app.eif good.cbor alice.dsse
says out 'alice of 3 rebuilders made this image, and 2 must'
expect 1 judge --rebuilders keys --threshold 2 app.eif good.cbor alice.dsse copy.dsse
expect 1 judge --rebuilders keys --threshold 2 app.eif good.cbor alice.dsse mallory.dsse
says out "'mallory.dsse' is signed by no key that is known"
# The default is all of them.
expect 1 judge --rebuilders keys app.eif good.cbor alice.dsse bob.dsse
# Two names for one builder count once.
expect 0 "$REPRODUCE" attest --key private/bob --builder "urn:reproduce:key:$(
  openssl pkey -pubin -in keys/carol.pem -outform DER | sha256sum | cut -d' ' -f1)" -o as-carol.dsse
expect 1 judge --rebuilders keys --threshold 2 app.eif good.cbor as-carol.dsse carol.dsse
says out 'the same builder'

# A forged document is forged whoever has rebuilt what.
head -c 100 good.cbor >cut.cbor
expect 3 judge --rebuilders keys app.eif cut.cbor statements
expect 4 "$REPRODUCE" verify --rebuilders keys app.eif good.cbor statements

# A signed statement stands for the image, and counts itself.
expect 0 judge --rebuilders keys --threshold 2 alice.dsse good.cbor bob.dsse
says out 'the image of this statement is the attested one'
expect 1 judge --rebuilders keys --threshold 2 alice.dsse good.cbor
expect 0 judge --rebuilders keys --threshold 1 alice.dsse good.cbor
# From standard input too; it is read once.
expect 0 sh -c '"$1" verify --root root.pem --rebuilders keys --threshold 1 - good.cbor <alice.dsse' \
  sh "$REPRODUCE"
expect 2 judge alice.dsse good.cbor
says err '--rebuilders'
expect 4 judge --rebuilders keys --threshold 1 mallory.dsse good.cbor
says err 'nobody known has signed this statement'
seven=$(printf '%096d' 7)
"$FORGE" --pcr 0="$seven" --pcr 1="$seven" --pcr 2="$seven" --root-out other.pem --out other.cbor
expect 1 "$REPRODUCE" verify --root other.pem --rebuilders keys --threshold 1 alice.dsse other.cbor

# Somebody whose image is another is never outvoted. Here the lock expects what nobody can make.
cp enclave.lock true.lock
python3 - <<'END_OF_SCRIPT'
import json
lock = json.load(open("enclave.lock"))
lock["image"]["pcrs"]["PCR0"] = "00" * 48
open("enclave.lock", "w").write(json.dumps(lock, indent=2) + "\n")
END_OF_SCRIPT
expect 1 "$REPRODUCE" attest --key private/carol -o honest.dsse
says out 'no: the image is not the one that the lock expects; PCR0'
says err 'warning'
cmp honest.dsse carol.dsse  # says what was made, whatever the lock says
cp true.lock enclave.lock
# A rebuilder with another compiler, say: the same recipe, another image.
python3 - <<'END_OF_SCRIPT'
import base64, json
envelope = json.load(open("carol.dsse"))
statement = json.loads(base64.b64decode(envelope["payload"]))
statement["subject"][1]["digest"]["sha384"] = "11" * 48
payload = json.dumps(statement).encode()
kind = envelope["payloadType"].encode()
open("pae", "wb").write(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
envelope["payload"] = base64.b64encode(payload).decode()
json.dump(envelope, open("tampered.dsse", "w"))
END_OF_SCRIPT
expect 1 judge --rebuilders keys --threshold 3 app.eif good.cbor alice.dsse bob.dsse tampered.dsse
says out "was changed since"
openssl dgst -sha256 -sign private/carol -out pae.sig pae
python3 - <<'END_OF_SCRIPT'
import base64, json
envelope = json.load(open("tampered.dsse"))
envelope["signatures"][0]["sig"] = base64.b64encode(open("pae.sig", "rb").read()).decode()
json.dump(envelope, open("disagrees.dsse", "w"))
END_OF_SCRIPT
expect 1 judge --rebuilders keys --threshold 2 enclave.lock good.cbor alice.dsse bob.dsse disagrees.dsse
says out 'carol made another image of the same inputs; alice and bob made this one'
says out 'PCR0 differs'
expect 1 judge --rebuilders keys --threshold 2 -q enclave.lock good.cbor alice.dsse bob.dsse disagrees.dsse
says out 'no: '

# An old statement for a new lock.
printf 'another kernel' >kernel
expect 0 "$REPRODUCE" lock
expect 1 judge --rebuilders keys --threshold 1 enclave.lock good.cbor statements
says out 'of other inputs, which does not count'
cp true.lock enclave.lock
expect 4 "$REPRODUCE" attest --key private/alice -o late.dsse
says err 'kernel'
[ ! -e late.dsse ]
printf 'a kernel' >kernel

# What cannot be: keys, thresholds, statements.
expect 2 judge --threshold 2 app.eif good.cbor
expect 2 judge --rebuilders keys --threshold 4 app.eif good.cbor alice.dsse
expect 2 judge --rebuilders keys --threshold 0 app.eif good.cbor alice.dsse
expect 2 judge --rebuilders keys app.eif good.cbor
says err 'there is no statement'
expect 2 judge app.eif good.cbor alice.dsse
expect 2 judge --rebuilders keys --batch app.eif good.cbor alice.dsse
mkdir empty twins private-keys
expect 2 judge --rebuilders empty app.eif good.cbor alice.dsse
expect 5 judge --rebuilders nowhere app.eif good.cbor alice.dsse
cp keys/alice.pub twins/alice.pub
cp keys/alice.pub twins/alicia.pub
expect 2 judge --rebuilders twins --threshold 1 app.eif good.cbor alice.dsse
says err "'alice' and 'alicia' have the same key"
cp private/carol private-keys/carol.pem
expect 3 judge --rebuilders private-keys --threshold 1 app.eif good.cbor alice.dsse
says err 'this is a private key'
printf '{"payloadType": 1}' >broken.dsse
expect 3 judge --rebuilders keys --threshold 1 app.eif good.cbor broken.dsse
says err 'broken.dsse'
expect 5 "$REPRODUCE" attest --key private/nobody -o x.dsse
ssh-keygen -q -t rsa -b 2048 -N '' -f private/rsa
expect 2 "$REPRODUCE" attest --key private/rsa -o x.dsse
ssh-keygen -q -t ed25519 -N secret -f private/encrypted
expect 2 "$REPRODUCE" attest --key private/encrypted -o x.dsse
says err 'ssh-keygen -p'
[ ! -e x.dsse ]
expect 2 "$REPRODUCE" attest --key private/alice --json
expect 0 "$REPRODUCE" attest --key private/alice --json -o x.dsse
says out '"schema": "reproduce/attest/1"'
cmp x.dsse alice.dsse
openssl pkcs8 -topk8 -in private/carol -passout pass:secret -out private/carol.encrypted
expect 0 env SECRET=secret "$REPRODUCE" attest --key private/carol.encrypted --passphrase-env SECRET -o y.dsse
cmp y.dsse carol.dsse

# An image that is to be signed is rebuilt without the key.
openssl req -new -x509 -key private/carol -subj /CN=release -days 3650 -out release.pem
mkdir signed
make_project signed
cat >>signed/enclave.toml <<'END'
[sign]
certificate = "../release.pem"
key = "../private/carol"
END
(cd signed && "$REPRODUCE" lock && "$REPRODUCE" build -o app.eif) >out 2>err
mv private/carol private/gone
expect 0 "$REPRODUCE" attest signed/enclave.lock --key private/alice -o signed.dsse
"$REPRODUCE" measure signed/app.eif >measured
# shellcheck disable=SC2046
"$FORGE" $(sed -n 's/^PCR\([0128]\)  /--pcr \1=/p' measured) --root-out signed.pem --out signed.cbor
for subject in signed/app.eif signed/enclave.lock; do
  expect 0 "$REPRODUCE" verify --root signed.pem --rebuilders keys --threshold 1 $subject signed.cbor signed.dsse
done
