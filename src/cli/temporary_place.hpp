#pragma once

#include <filesystem>

namespace reproduce::cli {

/// Where people want temporary files: TMPDIR, TMP, TEMP or TEMPDIR, else /tmp. Need not exist: who
/// makes something there tells when it cannot.
[[nodiscard]] std::filesystem::path temporary_place();

}  // namespace reproduce::cli
