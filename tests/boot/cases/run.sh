# shellcheck shell=sh
# run KERNEL: `reproduce run` drives the machine itself: finds it, tells how the app ended by its exit code, and
# saves the document that the guest shows, which has the predicted registers.
: "${root:?}" "${boot_place:?}"
kernel=$1
{
  kernel "$kernel"
  printf '[app]\ndir = "../inputs/rootfs"\ncommand = ["/nsm-report", "--status=7"]\nheartbeat = false\n'
  module_driver
  echo '[[ramdisk]]'
  program nsm-report /rootfs/nsm-report
  modules /rootfs/modules
} >enclave.toml
build
predict
[ "$kernel" = debian ] || no_acpi=--no-acpi

# run_image STATUS OPTION...: `reproduce run` ends with STATUS; the console is in `console`, all else in `said`.
run_image() {
  expected=$1
  shift
  status=0
  "$REPRODUCE" run --qemu "$boot_place/qemu" ${no_acpi:-} --append quiet --parent-role "$BOOT_ROLE" \
    --parent-id "$BOOT_PARENT" "$@" image.eif >with-returns 2>said || status=$?
  tr -d '\r' <with-returns >console
  [ "$status" -eq "$expected" ] || wrong "reproduce run $* ends with $status instead of $expected: $(cat said)"
}

run_image 7 --attest document.cbor
has_predicted_registers
says "init: the app exited with status 7"
quietly "$REPRODUCE" inspect --json document.cbor
sed -n 's/^ *"\(PCR[0-9]*\)": "\([0-9a-f]*\)".*/\1 \2/p' said >registers
diff predicted registers >differences || wrong "registers (< predicted, > in the document):
$(cat differences)"

# A guest that takes longer than it may is ended, and that is no answer.
run_image 5 --timeout 1
[ -z "$(find . -name '*reproduce*')" ] || wrong "something was left behind: $(ls -A)"
