#pragma once

/// The document of an emulated security module: AWS's form, and nobody signed it.
///
///     84                COSE_Sign1, never tagged
///       43 a1 01 20     protected header {1: -1}: "we don't actually sign the data"
///       a0              unprotected header
///       bstr payload    as in attestation/document.hpp, but for
///                         certificate  64 zero bytes
///                         cabundle     one entry, 64 zero bytes
///       58 40 00...     64 zero bytes for a signature
///
/// Anybody can write such a document. What it says is worth something to those who saw it come
/// out of a machine of their own (`reproduce run`), and nothing to anybody else.
///
/// Source: QEMU 10.0, hw/virtio/virtio-nsm.c.

#include "reproduce/attestation/document.hpp"
#include "reproduce/base/bytes.hpp"

namespace reproduce::attestation {

/// Whether `bytes` begin as such a document: array of four, header {1: -1}.
[[nodiscard]] bool is_emulated(ByteView bytes) noexcept;

/// Decodes one that fills `bytes`. Throws Error{malformed} with the offset when anything is
/// otherwise than above.
[[nodiscard]] Claims decode_emulated(ByteView bytes);

}  // namespace reproduce::attestation
