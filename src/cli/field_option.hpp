#pragma once

/// `--field`: which field of JSON holds the document. Of every verb that reads documents.

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace reproduce::cli {

inline void add_field_option(CLI::App& app, std::optional<std::string>& field) {
  app.add_option("--field", field, "the field of JSON with the document: a key, or a JSON pointer")
      ->type_name("FIELD");
}

}  // namespace reproduce::cli
