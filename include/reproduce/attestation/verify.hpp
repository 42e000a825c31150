#pragma once

/// From bytes that nobody vouches for to a document that AWS vouches for.

#include <span>
#include <utility>

#include "reproduce/attestation/document.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/crypto/x509.hpp"

namespace reproduce::attestation {

/// How far a document's clock may be ahead of the reader's. Within it the
/// certificates are judged at the document's time, so that a leaf which was
/// issued this minute is not refused by a slow clock.
inline constexpr UnixSeconds allowed_clock_skew = UnixSeconds{5} * 60;

/// The moment at which the certificates must be valid.
struct EvaluationTime {
  enum class Basis {
    now,      ///< `time` is the reader's clock
    given,    ///< `time` was asked for
    document  ///< the document's own time: proves authenticity, but not freshness
  };
  Basis basis = Basis::now;
  UnixSeconds time = 0;  ///< of no meaning for Basis::document
  UnixSeconds clock_skew = allowed_clock_skew;
};

/// Who is trusted, and with what.
struct Trust {
  /// A document's cabundle starts with one of them, byte for byte. None trusts nobody.
  std::span<const Certificate> roots;
  UnknownKeys unknown_keys = UnknownKeys::reported;
  DocumentKind kind = DocumentKind::enclave;
  ChainCache* cache = nullptr;  ///< for whoever verifies many documents; may be left out
};

/// A document whose signature, certificate chain and times were checked. Only
/// verify() makes one, so code that takes one cannot be given anything less.
class VerifiedDocument {
 public:
  [[nodiscard]] const Document& document() const noexcept { return document_; }
  /// The root that was trusted; the same bytes as the document's cabundle[0].
  [[nodiscard]] const Certificate& root() const noexcept { return document_.cabundle.front(); }
  [[nodiscard]] EvaluationTime::Basis basis() const noexcept { return basis_; }
  /// When the certificates were valid, as checked.
  [[nodiscard]] UnixSeconds evaluated_at() const noexcept { return evaluated_at_; }
  /// Seconds from the document's time to the evaluation; not negative, and 0
  /// when the document was judged at its own time.
  [[nodiscard]] UnixSeconds age() const noexcept { return evaluated_at_ - document_.time(); }

 private:
  friend VerifiedDocument verify(ByteView, const Trust&, const EvaluationTime&);
  VerifiedDocument(Document document, EvaluationTime::Basis basis, UnixSeconds evaluated_at)
      : document_(std::move(document)), basis_(basis), evaluated_at_(evaluated_at) {}

  Document document_;
  EvaluationTime::Basis basis_;
  UnixSeconds evaluated_at_;
};

/// Checks a document (raw CBOR) against the trusted roots, in this order: its form, and that it is
/// of the kind asked for; that its cabundle starts with one of them, byte for byte; what its
/// certificates are allowed to do, all of them on P-384; its signature; its
/// chain at the time `at`; and that it is not from the future.
///
/// Throws Error{malformed} for what breaks the form, Error{untrusted} for all
/// else, the unsigned document of an emulator included (attestation/emulated.hpp). A document that
/// would hold at its own time gets a hint to say so. Debug-mode documents are authentic: what they
/// say is the caller's to judge.
[[nodiscard]] VerifiedDocument verify(ByteView bytes, const Trust& trust, const EvaluationTime& at);

/// The same of an enclave's document with one trusted root.
[[nodiscard]] VerifiedDocument verify(ByteView bytes, const Certificate& root,
                                      const EvaluationTime& at,
                                      UnknownKeys unknown_keys = UnknownKeys::reported);

}  // namespace reproduce::attestation
