#pragma once

/// The `inputs` of a lock, as JSON.

#include "json_reader.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/manifest/lock.hpp"

namespace reproduce::manifest {

/// Keeps keys in the order in which they are written.
using OrderedJson = nlohmann::ordered_json;

[[nodiscard]] OrderedJson write_pin(const Pin& pin);

[[nodiscard]] Pin read_pin(JsonReader reader);

}  // namespace reproduce::manifest
