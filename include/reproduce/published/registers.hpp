#pragma once

/// Registers that people publish: files and words -> values. Nothing here says that they are
/// right, or whose they are.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/random_access.hpp"

namespace reproduce::published {

/// Values of 32, 48 or 64 bytes by index, 0 to 31. What is not there is missing, never zero.
using Registers = std::map<std::uint32_t, Bytes>;

/// Files of registers are no larger.
inline constexpr std::uint64_t max_file_size = std::uint64_t{1} << 20;

/// Whether a file, by its content, is JSON, which it may be without being of registers.
[[nodiscard]] bool starts_as_json(const RandomAccess& file);

/// Whether a file, by its content, is lines `HEX PCRn` or `PCRn=HEX`.
[[nodiscard]] bool is_lines(const RandomAccess& file);

/// Reads a file of registers:
///
///     {"Measurements": {"HashAlgorithm": "...", "PCR0": "HEX", ...}}    nitro-cli,
///     nitro-tpm-pcr-compute
///     {"PCR0": "HEX", ...}, {"pcrs": {...}}                             the inner record, others
///     HEX PCRn                                                          a line each, QuorumOS
///     PCRn=HEX                                                          a line each, shells
///
/// Keys in any case; keys that name no register are passed over (HashAlgorithm's text varies by
/// version). Throws Error{malformed} when it is damaged, pins no register, or one twice.
[[nodiscard]] Registers parse_registers(std::string_view text);

/// The same of a file's content.
[[nodiscard]] Registers read_registers(const RandomAccess& file);

/// `N=HEX` or `PCRn=HEX`, as a command line has it. Throws Error{usage}.
[[nodiscard]] std::pair<std::uint32_t, Bytes> parse_assignment(std::string_view text);

/// 8 of "PCR8" in any case; nothing for other words.
[[nodiscard]] std::optional<std::uint32_t> find_index(std::string_view name);

/// 8 of "PCR8" in any case, or of "8". Throws Error{usage}.
[[nodiscard]] std::uint32_t parse_index(std::string_view text);

}  // namespace reproduce::published
