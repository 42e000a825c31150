#include "reproduce/manifest/manifest.hpp"

#include "table_reader.hpp"

namespace reproduce::manifest {

std::string name_of(Arch arch) {
  switch (arch) {
    case Arch::x86_64:
      return "x86_64";
    case Arch::aarch64:
      return "aarch64";
  }
  throw Error(ErrorKind::bug, "unknown architecture");
}

std::string default_cmdline(Arch arch) {
  switch (arch) {
    case Arch::x86_64:
      return "reboot=k panic=30 pci=off nomodules console=ttyS0 i8042.noaux i8042.nomux "
             "i8042.nopnp i8042.dumbkbd random.trust_cpu=on";
    case Arch::aarch64:
      return "reboot=k panic=30 pci=off nomodules console=ttyS0 random.trust_cpu=on root=/dev/ram0";
  }
  throw Error(ErrorKind::bug, "unknown architecture");
}

std::string_view name_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
    case Compression::xz:
      return "xz";
  }
  return {};
}

std::string_view name_of(SectionKind kind) noexcept {
  switch (kind) {
    case SectionKind::kernel:
      return "kernel";
    case SectionKind::cmdline:
      return "cmdline";
    case SectionKind::metadata:
      return "metadata";
    case SectionKind::ramdisk:
      return "ramdisk";
    case SectionKind::signature:
      return "signature";
  }
  return {};
}

std::vector<SectionKind> Manifest::section_order() const {
  if (image.sections) return *image.sections;
  std::vector<SectionKind> order{SectionKind::kernel, SectionKind::cmdline, SectionKind::metadata};
  order.insert(order.end(), ramdisks.size() + (app ? app_ramdisks : 0), SectionKind::ramdisk);
  if (signature || sign) order.push_back(SectionKind::signature);
  return order;
}

std::filesystem::path Manifest::locate(const Input& input) const {
  // An absolute path replaces what stands before it.
  return file.parent_path() / input.name;
}

bool Sign::is_token() const noexcept {
  return key.starts_with("pkcs11:");  // RFC 7512
}

std::string Manifest::locate_key() const {
  return sign->is_token() ? sign->key : (file.parent_path() / sign->key).string();
}

SourceLine Manifest::line_at(Position position) const {
  return find_line(text, position);
}

}  // namespace reproduce::manifest
