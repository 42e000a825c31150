# shellcheck shell=sh
# matrix KERNEL RAMDISKS COMPRESSION SIGNED INIT: an image whose parts lie in one, two or three ramdisks
# boots, all parts are there, and the guest reads the registers that were predicted.
#
#     KERNEL debian|tiny   COMPRESSION none|gzip|xz|zstd|mixed   SIGNED unsigned|signed   INIT builtin|own
kernel=$1
ramdisks=$2
compression=$3
signed=$4
init=$5

# compression_of RAMDISK: mixed begins with a compressed one and goes on with a plain one, which the kernel
# accepts only because of the padding between them.
compression_of() {
  case $compression/$1 in
    mixed/0) echo gzip ;;
    mixed/1) echo none ;;
    mixed/*) echo xz ;;
    *) echo "$compression" ;;
  esac
}

# part N: the layers of part 0, 1 or 2 of the file system.
part() {
  case $init/$1 in
    builtin/0 | builtin/1)  # as [app] makes them
      printf '[[ramdisk.layer]]\neif = "../inputs/%s/app.eif"\nsection = "ramdisk %d"\n' "$kernel" "$1" ;;
    builtin/2)
      program nsm-report /rootfs/nsm-report
      modules /rootfs/modules ;;
    own/0)
      program hello-init /init
      printf '[[ramdisk.layer]]\nmkdir = "/dev"\n' ;;
    own/1)
      modules /modules
      printf '[[ramdisk.layer]]\ntext = "here\\n"\nto = "/part-1"\n' ;;
    own/2)
      program nsm-report /app ;;
  esac
}

# Which parts begin a ramdisk.
case $ramdisks in
  1) first_parts="0" ;;
  2) first_parts="0 1" ;;
  3) first_parts="0 1 2" ;;
esac
{
  kernel "$kernel"
  number=0
  for part in 0 1 2; do
    case " $first_parts " in *" $part "*)
      printf '[[ramdisk]]\ncompression = "%s"\n' "$(compression_of "$number")"
      number=$((number + 1)) ;;
    esac
    part "$part"
  done
} >enclave.toml
build
[ "$signed" = unsigned ] || sign
predict
boot
has_predicted_registers
says "init: the app exited with status 0"
[ "$init" = own ] || says "orphans 3 unreaped 0"
