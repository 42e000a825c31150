# verify: rules in a policy and on the command line, each named with its line.
. "$SOURCE/tests/cli/expect.sh"

value() { printf "%096d" "$1"; }
role=arn:aws:iam::123456789012:role/Webserver
# PCR3 of that role, as AWS's user guide shows it.
pcr3=78fce75db17cd4e0a3fb8dad3ad128ca5e77edbb2b2c7f75329dccd99aa5f6ef4fc1f1a452e315b9e98f9e312e6921e6
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout key.pem -out signer.pem \
  -subj /CN=signer -days 1 2>/dev/null || exit 77
pcr8=$({ head -c 48 /dev/zero; openssl x509 -in signer.pem -outform der | openssl dgst -sha384 -binary; } |
  openssl dgst -sha384 -r | cut -d' ' -f1)
"$FORGE" --pcr 0="$(value 1)" --pcr 1="$(value 2)" --pcr 2="$(value 3)" --pcr 3="$pcr3" --pcr 8="$pcr8" \
  --pcr 16="$(value 16)" --nonce 00ff --user-data 616263 --root-out root.pem --out good.cbor
printf '%s PCR0\n%s PCR1\n%s PCR2\n' "$(value 1)" "$(value 2)" "$(value 3)" >v2.txt
printf '%s PCR0\n%s PCR1\n%s PCR2\n' "$(value 4)" "$(value 5)" "$(value 6)" >v1.txt
printf '0badcafe\n' >serials.txt

cat >policy.toml <<END
[registers]
require = ["PCR3", "PCR16"]
role = "$role"
instance = "i-0123456789abcdef0"
signer = "signer.pem"
PCR16 = "$(value 16)"

[document]
nonce = "00ff"
user_data = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
strict = true
consistent = true

[time]
max_age = 3600
clock_skew = 60

[trust]
roots = ["root.pem"]
deny_serials = "serials.txt"

[[reference]]
file = "v1.txt"

[[reference]]
name = "2.0"
file = "v2.txt"
END
judge() { "$REPRODUCE" verify --root root.pem "$@"; }

expect 0 "$REPRODUCE" verify --policy policy.toml good.cbor
says out "the document meets '2.0', one of 2 that will do  [policy.toml:25]"
for place in "required         pass     PCR3 is there, and not zero  [policy.toml:2]" \
  "PCR3 is that of the role $role  [policy.toml:3]" \
  "PCR4 is that of the instance i-0123456789abcdef0  [policy.toml:4]" \
  "(CN=signer)  [policy.toml:5]" "PCR16 is the expected one  [policy.toml:6]" \
  "[policy.toml:9]" "its SHA-256 is the expected one  [policy.toml:10]" \
  "all of them are known  [policy.toml:11]" "[policy.toml:12]" \
  "at most 1 h allowed  [policy.toml:15]" "its clock is at most 1 min ahead  [policy.toml:16]" "[policy.toml:19]" \
  "1 denied serial number  [policy.toml:20]"; do
  says out "$place"
done
expect 0 "$REPRODUCE" verify --json --policy policy.toml good.cbor
says out '"source": "policy.toml:3"'
# From elsewhere: paths start at the policy's folder.
mkdir elsewhere
expect 0 sh -c 'cd elsewhere && "$1" verify --policy ../policy.toml ../good.cbor' sh "$REPRODUCE"

# The same by options.
expect 0 judge --require PCR3 --require 16 --role "$role" --instance i-0123456789abcdef0 --signer signer.pem \
  --pcr 16="$(value 16)" --nonce 00ff --user-data 616263 --strict --consistent --max-age 3600 \
  --clock-skew 60 --deny-serial serials.txt --accept v1.txt v2.txt good.cbor
says out "[--role]"
says out "[--deny-serial]"

# Each rule on its own can say no.
no() {
  expect 1 judge "$@" v2.txt good.cbor
  says out "no: the registers match, but "
}
no --role "$role"2
no --instance i-0123456789abcdef1
no --signer root.pem
no --pcr 16="$(value 17)"
no --pcr 31="$(value 1)"
no --nonce 00fe
no --user-data 616264
no --public-key 00
no --user-data sha384:"$(value 1)"
says out "[--user-data]"
printf '01 # what the throw-away certificates have\n' >one.txt
expect 4 judge --deny-serial one.txt v2.txt good.cbor
says err "a certificate of the document is revoked"
expect 4 judge --at 2999-01-01T00:00:00Z v2.txt good.cbor

# Rules that make no sense are no rules.
expect 2 judge --require PCR9 v2.txt good.cbor
says err "PCR9 is required, and nothing says what it must be"
for wrong in "--role webserver" "--instance 0123" "--user-data xyz" "--public-key sha256:00" "--nonce 0" \
  "--max-age -1" "--clock-skew 99999" "--at never" "--kind vm" "--require PCR32" "--pcr 16"; do
  # shellcheck disable=SC2086  # words on purpose
  expect 2 judge $wrong v2.txt good.cbor
  silent out
done
expect 3 judge --signer policy.toml v2.txt good.cbor
expect 5 judge --signer absent.pem v2.txt good.cbor
: >nobody.txt
expect 3 judge --deny-serial nobody.txt v2.txt good.cbor
says err "the list of serial numbers is empty"

# The policy and the command line do not say one thing twice, nor more together than either.
expect 2 "$REPRODUCE" verify --policy policy.toml --nonce 00ff good.cbor
says err "also policy.toml:9"
expect 2 "$REPRODUCE" verify --policy policy.toml --root root.pem good.cbor
expect 2 "$REPRODUCE" verify --policy policy.toml v1.txt good.cbor
says err "both the command line and the policy name references"
expect 2 "$REPRODUCE" verify --policy policy.toml --pcr 16="$(value 16)" good.cbor

# A policy is read strictly: line, caret, nearest name.
sed 's/max_age/maxage/' policy.toml >typo.toml
expect 2 "$REPRODUCE" verify --policy typo.toml good.cbor
says err "unknown key 'maxage' in [time]"
says err "'typo.toml' line 15"
says err 'did you mean `max_age`?'
sed 's/^role = .*/role = "webserver"/' policy.toml >role.toml
expect 2 "$REPRODUCE" verify --policy role.toml good.cbor
says err '`role` is no ARN of an IAM role'
says err "'role.toml' line 3"
: >empty.toml
expect 2 "$REPRODUCE" verify --policy empty.toml good.cbor
sed 's/^max_age = .*/at = "document"\nmax_age = 3600/' policy.toml >both.toml
expect 2 "$REPRODUCE" verify --policy both.toml good.cbor
says err "has no meaning with --at document"

# Debug mode is a no, and --explain says what the document is good for.
zero=$(value 0)
"$FORGE" --pcr 0="$zero" --pcr 1="$zero" --pcr 2="$zero" --root-out root.pem --out debug.cbor
expect 1 judge --explain v2.txt debug.cbor
says out "no: the document is of an enclave in debug mode"
says out "for a decision, never"
expect 1 judge --json --explain v2.txt debug.cbor
says out '"explanation": ['
"$FORGE" --pcr 0="$(value 1)" --pcr 1="$(value 2)" --pcr 2="$(value 3)" --root-out root.pem --out plain.cbor
expect 0 judge --explain v2.txt plain.cbor
says out "what this shows:"
