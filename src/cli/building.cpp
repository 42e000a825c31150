#include "building.hpp"

#include <algorithm>
#include <system_error>

#include "version.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/processors.hpp"
#include "reproduce/resolve/resolve.hpp"

namespace reproduce::cli {
namespace {

bool reads_pipes(const manifest::Manifest& manifest) {
  return std::any_of(manifest.inputs.begin(), manifest.inputs.end(), [&](const auto& input) {
    if (input.origin != manifest::Origin::path) return false;
    std::error_code unreadable;
    const auto status = std::filesystem::status(manifest.locate(input), unreadable);
    return std::filesystem::exists(status) && std::filesystem::is_other(status);
  });
}

}  // namespace

sandbox::Mode sandbox_mode_for(const std::string& sandbox, const manifest::Manifest& manifest) {
  const sandbox::Mode mode = sandbox_mode(sandbox);
  if (mode == sandbox::Mode::off || !reads_pipes(manifest)) return mode;
  if (mode == sandbox::Mode::require)
    throw Error(ErrorKind::usage, "an input is a pipe, which a sandbox cannot read",
                {.hint = "write it to a file first, or say `--sandbox=off`"});
  return sandbox::Mode::off;
}

build::Surroundings surroundings_for(const StoreOptions& store, const manifest::Manifest& manifest,
                                     const std::filesystem::path& scratch) {
  build::Surroundings surroundings{
      .tool_version = version, .scratch_folder = scratch, .threads = usable_processors()};
  if (resolve::needs_store(manifest)) {
    surroundings.store_folder = store_folder(store);
    surroundings.store = lookup_in(surroundings.store_folder);
  }
  return surroundings;
}

void require_locked_registers(const measure::Registers& built, const manifest::Manifest& manifest,
                              const manifest::Lock& lock) {
  for (const auto& [index, value] : built) {
    const auto expected = lock.image.registers.find(index);
    const bool is_known = expected != lock.image.registers.end();
    if (is_known && expected->second == value) continue;
    throw Error(ErrorKind::untrusted,
                "the inputs are the locked ones, but the image is not: its PCR" +
                    std::to_string(index) + " differs",
                {.file = manifest::lock_path_for(manifest.file).string(),
                 .expected = is_known ? to_hex(expected->second) : "none",
                 .got = to_hex(value)});
  }
}

}  // namespace reproduce::cli
