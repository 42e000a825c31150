# shellcheck shell=sh
# prediction KERNEL: one digit of one prediction is changed, and the comparison fails; for each register that
# has a value. Without this, green would mean nothing.
kernel=$1
{
  kernel "$kernel"
  printf '[[ramdisk]]\n'
  program hello-init /init
  printf '[[ramdisk]]\n'
  program nsm-report /app
  modules /modules
} >enclave.toml
build
sign
predict
boot
has_predicted_registers
cp predicted right
for register in 0 1 2 3 4 8; do
  digit=$(sed -n "s/^PCR$register .*\(.\)\$/\1/p" right)
  [ "$digit" = 0 ] && other=1 || other=0
  sed "s/^\(PCR$register .*\).\$/\1$other/" right >predicted
  (has_predicted_registers) >said && wrong "a wrong prediction of PCR$register is not noticed"
  grep -q "^< PCR$register .*$other\$" said || wrong "the difference is not shown: $(cat said)"
done
cp right predicted
sed -i '/^nsm-report: end$/d' console
(has_predicted_registers) >said && wrong "it is not noticed that the guest never came to its end"
true
