#pragma once

/// What `reproduce fetch` and `reproduce store` say when they are done.

#include <cstdint>
#include <string>

#include "reproduce/store/maintenance.hpp"

namespace reproduce::report {

/// What the store has for a lock, now that all of it is there.
struct FetchedInputs {
  std::string store;         ///< its folder; empty when nothing had to be fetched
  std::uint64_t inputs = 0;  ///< that are not files of this machine
  store::Total objects{};    ///< of the store; one that several inputs share counts once
};

[[nodiscard]] std::string fetch_text(const FetchedInputs& fetched);

/// The document `reproduce/fetch/1` (docs/formats/json.md).
[[nodiscard]] std::string fetch_json(const FetchedInputs& fetched);

[[nodiscard]] std::string verification_text(const std::string& store,
                                            const store::Verification& verification);

/// The document `reproduce/store-verify/1`.
[[nodiscard]] std::string verification_json(const std::string& store,
                                            const store::Verification& verification);

[[nodiscard]] std::string collection_text(const std::string& store,
                                          const store::Collection& collection);

/// The document `reproduce/store-gc/1`.
[[nodiscard]] std::string collection_json(const std::string& store,
                                          const store::Collection& collection);

}  // namespace reproduce::report
