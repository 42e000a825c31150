#pragma once

/// Files that have no name while they are written (open(2), O_TMPFILE), and how they get one.

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "reproduce/base/file.hpp"

namespace reproduce {

/// An empty file in `folder`, read and written, gone when nobody has it open and it was not named.
/// Nothing, with errno, where there is none to be had: EOPNOTSUPP when the file system has no such
/// files, and also when this process could not give it a name later (see name_file()).
[[nodiscard]] UniqueFd open_unnamed_file(const std::filesystem::path& folder, mode_t mode);

/// Gives such a file the name `name`, in the same file system; 0, or an errno value. Never
/// replaces a file: that is EEXIST.
///
/// linkat(2) has two ways: from the descriptor itself, which older systems leave to those with
/// CAP_DAC_READ_SEARCH, and from the link to it in /proc, where that is mounted.
[[nodiscard]] int name_file(int fd, const std::string& name);

/// The same file opened again for writing past the page cache; nothing where that does not work.
[[nodiscard]] UniqueFd reopen_direct(int fd);

}  // namespace reproduce
