#pragma once

/// For the .cpp files of this folder only.

#include <optional>

#include "openssl.hpp"

#include "reproduce/crypto/ecdsa.hpp"

namespace reproduce {

/// The curve that a public key names. Nothing for other kinds of keys, other
/// curves, and curves that are spelled out; says nothing about the point.
[[nodiscard]] std::optional<Curve> named_curve(const X509_PUBKEY& info);

}  // namespace reproduce
