#include "kernel_records.hpp"

#include <string>
#include <vector>

#include "reproduce/base/text.hpp"
#include "reproduce/kernel/cmdline.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;

/// null where there is none.
template <typename Value>
ordered_json nullable(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(printable(text));
}

ordered_json x86_record(const kernel::X86Header& header) {
  return {{"protocol", header.protocol},
          {"setup_sectors", header.setup_sectors},
          {"loadflags", header.loadflags},
          {"kernel_alignment", nullable(header.kernel_alignment)},
          {"relocatable", nullable(header.is_relocatable)},
          {"xloadflags", nullable(header.xloadflags)},
          {"cmdline_bytes", nullable(header.cmdline_size)},
          {"preferred_address", nullable(header.preferred_address)},
          {"init_bytes", nullable(header.init_size)}};
}

ordered_json arm64_record(const kernel::Arm64Header& header) {
  return {{"text_offset", header.text_offset},
          {"image_bytes", header.image_size},
          {"flags", header.flags},
          {"efi", header.is_efi}};
}

ordered_json payload_record(const kernel::Payload& payload) {
  return {{"offset", payload.offset},
          {"size_bytes", payload.size},
          {"compression", payload.compression},
          {"cut_short", payload.is_cut_short},
          {"not_unpacked", text_or_null(payload.not_unpacked)}};
}

}  // namespace

ordered_json kernel_record(const kernel::BootImage& kernel) {
  ordered_json out{{"form", name_of(kernel.kind)},
                   {"size_bytes", kernel.size},
                   {"arch", text_or_null(kernel.architecture)},
                   {"version", text_or_null(kernel.version)},
                   {"banner", text_or_null(kernel.banner)},
                   {"x86", nullptr},
                   {"arm64", nullptr},
                   {"payload", nullptr},
                   {"initramfs", ordered_json::array()},
                   {"odd", ordered_json::array()}};
  if (kernel.x86) out["x86"] = x86_record(*kernel.x86);
  if (kernel.arm64) out["arm64"] = arm64_record(*kernel.arm64);
  if (kernel.payload) out["payload"] = payload_record(*kernel.payload);
  for (const kernel::EmbeddedInitramfs& initramfs : kernel.initramfs)
    out["initramfs"].push_back({{"offset", initramfs.offset}, {"entries", initramfs.entries}});
  for (const std::string& fault : kernel.faults) out["odd"].push_back(fault);
  return out;
}

ordered_json parameters_record(std::string_view cmdline) {
  const std::vector<kernel::Parameter> parameters = kernel::parse_cmdline(cmdline);
  ordered_json out = ordered_json::array();
  for (const kernel::Parameter& parameter : parameters) {
    ordered_json value;
    if (parameter.value) value = printable(*parameter.value);
    out.push_back({{"name", printable(parameter.name)},
                   {"value", value},
                   {"for_init", parameter.is_for_init},
                   {"look", nullptr}});
  }
  for (const kernel::Risk& risk : kernel::find_risks(parameters))
    out[risk.parameter]["look"] = risk.reason;
  return out;
}

}  // namespace reproduce::report
