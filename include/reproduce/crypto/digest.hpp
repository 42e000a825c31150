#pragma once

/// Streaming SHA digests, computed by OpenSSL.

#include <array>
#include <cstdint>
#include <memory>

#include "reproduce/base/bytes.hpp"

struct evp_md_ctx_st;
struct evp_md_st;

namespace reproduce {

/// The state of one digest. Moves; copies only when asked to by clone().
template <std::size_t Size>
class Digester {
 public:
  using Digest = std::array<std::uint8_t, Size>;

  Digester();
  void update(ByteView chunk);

  /// A second state with the same past, to be continued on its own.
  [[nodiscard]] Digester clone() const;

  /// Ends the digest; no bytes can be added afterwards.
  [[nodiscard]] Digest finish() &&;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// For forms that demand it (SPDX); it proves nothing.
using Sha1 = Digester<20>;
using Sha256 = Digester<32>;
using Sha384 = Digester<48>;
using Sha1Digest = Sha1::Digest;
using Sha256Digest = Sha256::Digest;
using Sha384Digest = Sha384::Digest;

extern template class Digester<20>;
extern template class Digester<32>;
extern template class Digester<48>;

[[nodiscard]] Sha256Digest sha256(ByteView bytes);
[[nodiscard]] Sha384Digest sha384(ByteView bytes);

}  // namespace reproduce
