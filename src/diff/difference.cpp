#include "reproduce/diff/difference.hpp"

#include <algorithm>

namespace reproduce::diff {

std::string_view name_of(State state) noexcept {
  switch (state) {
    case State::same:
      return "same";
    case State::changed:
      return "changed";
    case State::added:
      return "added";
    case State::removed:
      return "removed";
    case State::moved:
      return "moved";
  }
  return {};
}

std::string_view name_of(SubjectKind kind) noexcept {
  switch (kind) {
    case SubjectKind::image:
      return "enclave-image";
    case SubjectKind::lock:
      return "lock";
    case SubjectKind::pcr_file:
      return "pcr-file";
    case SubjectKind::document:
      return "attestation-document";
    case SubjectKind::nitrotpm_document:
      return "nitrotpm-document";
  }
  return {};
}

bool Comparison::registers_moved() const {
  return std::any_of(registers.begin(), registers.end(),
                     [](const RegisterComparison& pcr) { return pcr.moved(); });
}

}  // namespace reproduce::diff
