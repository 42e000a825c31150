#pragma once

/// Files that the command line names: paths, or `-` for standard input.

#include <memory>
#include <string>

#include "reproduce/base/file.hpp"
#include "reproduce/base/random_access.hpp"

namespace reproduce::cli {

/// How an operand is called in words.
[[nodiscard]] std::string operand_name(const std::string& operand);

[[nodiscard]] std::unique_ptr<FileSource> open_operand(const std::string& operand);

/// A descriptor of a file, at its beginning. What comes from a pipe is spooled to a scratch file
/// without a name in the folder for temporary files first.
[[nodiscard]] UniqueFd open_seekable_descriptor(const std::string& operand);

/// The same, for reading at any place.
[[nodiscard]] std::unique_ptr<RandomAccess> open_seekable_operand(const std::string& operand);

}  // namespace reproduce::cli
