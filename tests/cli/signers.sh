# Sourced by the scripts that sign, after expect.sh: openssl makes keys and certificates; a kernel and a ramdisk.

command -v openssl >/dev/null || { echo "SKIPPED: there is no openssl"; exit 77; }

# make_key NAME CURVE: NAME.key (PKCS#8) and NAME.pem, a certificate for a hundred years.
make_key() {
  openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1.key" 2>/dev/null
  openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 36500 -out "$1.pem" 2>/dev/null
}

printf 'a kernel' >kernel
printf 'ramdisk!' >rd
