# Variables and files of the user that libraries heed, and this program does not.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

command -v python3 >/dev/null && command -v openssl >/dev/null || { echo 'skipped: no python3, or no openssl'; exit 77; }

# OpenSSL without any algorithm: nothing could be hashed.
cat >null.cnf <<'END'
openssl_conf = all
[all]
providers = list
[list]
null = on
[on]
activate = 1
END
head -c 1000 /dev/urandom >kernel
OPENSSL_CONF=$PWD/null.cnf openssl dgst -sha384 kernel >dgst 2>&1 && { echo 'the configuration does nothing'; exit 1; }
make_project .
expect 0 env OPENSSL_CONF="$PWD/null.cnf" "$REPRODUCE" lock
expect 0 env OPENSSL_CONF="$PWD/null.cnf" "$REPRODUCE" build -o small.eif
expect 0 env OPENSSL_CONF="$PWD/null.cnf" "$REPRODUCE" measure small.eif

# A folder for temporary files that is not there is an error where one is needed, and only there.
expect 0 env TMPDIR="$PWD/absent" "$REPRODUCE" lock --check
expect 5 sh -c 'cat small.eif | TMPDIR=$PWD/absent "$1" inspect -' sh "$REPRODUCE"
says err "absent"
expect 5 sh -c 'TMPDIR=$PWD/absent "$1" build -o - >/dev/null' sh "$REPRODUCE"
says err "absent"

# The server ends with its standard input: the script's end closes descriptor 9.
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=server \
  -addext subjectAltName=IP:127.0.0.1 2>/dev/null
mkfifo port open
python3 "$SOURCE/tests/fetch/web_server.py" kernel requests cert.pem key.pem <open >port &
exec 9>open
read -r port <port
cat >enclave.toml <<END
[image]
name = "small"
arch = "x86_64"
[kernel]
url = "https://127.0.0.1:$port/file"
sha256 = "$(sha256sum <kernel | cut -d' ' -f1)"
[[ramdisk]]
raw = "ready.cpio"
END
# curl's own file would switch the check of the certificate off, and hang on a proxy that is not there.
mkdir home
printf 'insecure\nproxy = http://127.0.0.1:1\n' >home/.curlrc
expect 4 env HOME="$PWD/home" SSL_CERT_FILE="$PWD/cert.pem" CURL_CA_BUNDLE="$PWD/cert.pem" \
  "$REPRODUCE" lock --store store
says err 'certificate does not hold'
SSLKEYLOGFILE=$PWD/keys curl -s --cacert cert.pem -o by-curl "https://127.0.0.1:$port/file" 2>curl.err && {
  [ -s keys ] || { echo 'curl writes no keys, so the next test shows nothing'; exit 1; }
  rm keys
}
expect 0 env HOME="$PWD/home" SSLKEYLOGFILE="$PWD/keys" "$REPRODUCE" lock --store store --ca-file cert.pem
[ ! -e keys ] || { echo 'the keys of the connection were written down'; exit 1; }
