#pragma once

/// How the certificates of a forged document are spoilt, and its signature.

#include <cstddef>
#include <functional>
#include <vector>

#include "attestation/refusals.hpp"
#include "support/forge.hpp"
#include "support/pki.hpp"

#include "reproduce/base/bytes.hpp"

namespace reproduce::attestation {

// Places in Forgery::chain.
inline constexpr std::size_t root = 0;
inline constexpr std::size_t regional = 1;
inline constexpr std::size_t zonal = 2;
inline constexpr std::size_t instance = 3;
inline constexpr std::size_t leaf = 4;

/// How errors call them.
inline constexpr const char* field_of[] = {"'cabundle' entry 0", "'cabundle' entry 1",
                                           "'cabundle' entry 2", "'cabundle' entry 3",
                                           "'certificate'"};

inline Spoil recipe(std::size_t link, const std::function<void(test::CertificateRecipe&)>& change) {
  return [=](test::Forgery& forgery) { change(forgery.chain[link].recipe); };
}

/// Other basic constraints: extension 0 of every recipe.
inline Spoil constraints(std::size_t link, const test::Extension& other) {
  return recipe(link, [=](test::CertificateRecipe& r) { r.extensions[0] = other; });
}

/// Another key usage: extension 1.
inline Spoil usage(std::size_t link, const test::Extension& other) {
  return recipe(link, [=](test::CertificateRecipe& r) { r.extensions[1] = other; });
}

inline Spoil without_extension(std::size_t link, std::ptrdiff_t index) {
  return recipe(
      link, [=](test::CertificateRecipe& r) { r.extensions.erase(r.extensions.begin() + index); });
}

inline Spoil with_extension(std::size_t link, const test::Extension& more) {
  return recipe(link, [=](test::CertificateRecipe& r) { r.extensions.push_back(more); });
}

/// Basic constraints with these bytes as their content.
inline Spoil raw_constraints(std::size_t link, const char* digits) {
  return constraints(link, {"basicConstraints", true, hex(digits)});
}

inline Spoil certificates(const std::function<void(std::vector<Bytes>&)>& change) {
  return [=](test::Forgery& forgery) { forgery.edit_certificates = change; };
}

/// Signatures by keys of other curves are made as long as ES384's, so that it is the certificate
/// that is refused.
inline Spoil key(std::size_t link, test::KeyKind kind) {
  return [=](test::Forgery& forgery) {
    forgery.chain[link].key = kind;
    forgery.edit_signature = [](Bytes& signature) { signature.resize(96); };
  };
}

inline Spoil signature(const std::function<void(Bytes&)>& change) {
  return [=](test::Forgery& forgery) { forgery.edit_signature = change; };
}

}  // namespace reproduce::attestation
