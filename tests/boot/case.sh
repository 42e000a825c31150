# shellcheck shell=sh
# Sourced by the cases in cases/, which tests/boot/one.sh runs in a folder of their own.
# Makes images with the real binary, boots them, and looks at what their console says.
# Inputs lie in ../inputs (tests/boot/run.sh fills it).

: "${root:?}" "${REPRODUCE:?}"

# What the machine is told, and what PCR3 and PCR4 are made of.
BOOT_ROLE=a-role
BOOT_PARENT=i-0123456789abcdef0
export BOOT_ROLE BOOT_PARENT

# wrong WORDS...: the case has failed. Shows what the guest said last.
wrong() {
  printf '%s\n' "$*"
  if [ -s console ]; then
    echo "--- the end of the console:"
    grep -v '^attestation ' console | tail -n 25
  fi
  exit 1
}

# quietly COMMAND...: shows what it said only when it fails.
quietly() {
  "$@" >said 2>&1 || {
    cat said
    wrong "exit code $? of: $*"
  }
}

# kernel KERNEL: the manifest's head and its [kernel], for debian or tiny.
kernel() {
  printf '[image]\nname = "boot"\narch = "x86_64"\n[kernel]\npath = "../inputs/%s/vmlinuz"\n' "$1"
  # The tiny kernel has no keyboard controller, by which reboot=k of the usual line ends the machine.
  [ "$1" = debian ] ||
    echo 'cmdline = "reboot=t panic=30 console=ttyS0 random.trust_cpu=on"'
}

# modules FOLDER: layers with the drivers that the case's kernel lacks.
# shellcheck disable=SC2154  # every case sets $kernel
modules() {
  for driver in "../inputs/$kernel"/*.ko; do
    [ ! -e "$driver" ] ||
      printf '[[ramdisk.layer]]\nfile = "%s"\nto = "%s/%s"\n' "$driver" "$1" "$(basename "$driver")"
  done
}

# program FILE PATH [MODE]: a layer with a program of ../inputs.
program() {
  printf '[[ramdisk.layer]]\nfile = "../inputs/%s"\nto = "%s"\nmode = "%s"\n' "$1" "$2" "${3:-0755}"
}

# module_driver: the key of [app] that names the security module's driver, for kernels that need one.
module_driver() {
  [ "$kernel" != debian ] || echo 'nsm = "../inputs/debian/nsm.ko"'
}

# build: image.eif, of enclave.toml. What lock warns of stays in the file `warnings`.
build() {
  quietly "$REPRODUCE" lock
  mv said warnings
  quietly "$REPRODUCE" build -o image.eif
}

# sign: gives image.eif a signature.
sign() {
  quietly "$REPRODUCE" sign image.eif -o image.eif --certificate ../inputs/certificate.pem \
    --key ../inputs/key.pem
}

# extended TEXT: what a register is that was extended once, by TEXT.
extended() {
  { head -c 48 /dev/zero && printf %s "$1"; } | openssl dgst -sha384 -r | cut -d ' ' -f 1
}

# predict: all sixteen registers, to the file `predicted`: what `reproduce measure` says of image.eif, what
# follows from the words that the machine was told, and zero for the others.
predict() {
  quietly "$REPRODUCE" measure image.eif
  {
    sed -n 's/^\(PCR[0-9]*\)  /\1 /p' said
    echo "PCR3 $(extended "$BOOT_ROLE")"
    echo "PCR4 $(extended "$BOOT_PARENT")"
  } >some
  index=0
  while [ "$index" -lt 16 ]; do
    grep "^PCR$index " some || printf 'PCR%d %096d\n' "$index" 0
    index=$((index + 1))
  done >predicted
}

# boot: image.eif, to its own end, into the file `console`.
boot() {
  [ "$kernel" = debian ] && BOOT_ACPI=on || BOOT_ACPI=off
  BOOT_ACPI=$BOOT_ACPI sh "$root/tests/boot/boot.sh" image.eif console >said 2>&1 || {
    cat said
    wrong "the image did not boot to its end"
  }
}

# says LINE: the console has exactly this line.
says() {
  grep -qxF -e "$1" console || wrong "the console does not say: $1"
}

# has_predicted_registers: what the guest read from its security module is in `predicted`.
has_predicted_registers() {
  says "nsm-report: end"
  sed -n 's/^\(PCR[0-9]* [0-9a-f]*\) locked$/\1/p' console >registers
  diff predicted registers >differences || wrong "registers (< predicted, > read by the guest):
$(cat differences)"
}
