#pragma once

/// The `custom` table of a manifest as the JSON text that the image will carry.

#include <string>

#include "table_reader.hpp"

namespace reproduce::manifest {

/// Keys are sorted, there is no white space, and numbers print the shortest form that reads
/// back as the same number. Dates, infinities and NaN have no JSON form: Error{usage}.
[[nodiscard]] std::string custom_json(const ErrorSite& site, const toml::table& table);

}  // namespace reproduce::manifest
