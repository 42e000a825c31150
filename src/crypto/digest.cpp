#include "reproduce/crypto/digest.hpp"

#include <utility>

#include <openssl/evp.h>

#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

void require(int openssl_result) {
  if (openssl_result != 1)
    throw Error(ErrorKind::environment, "OpenSSL could not compute a digest");
}

template <std::size_t Size>
const EVP_MD* algorithm() {
  static_assert(Size == 20 || Size == 32 || Size == 48);
  if constexpr (Size == 20) return EVP_sha1();
  return Size == 32 ? EVP_sha256() : EVP_sha384();
}

}  // namespace

template <std::size_t Size>
void Digester<Size>::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

template <std::size_t Size>
Digester<Size>::Digester() : context_(EVP_MD_CTX_new()) {
  require(context_ != nullptr ? 1 : 0);
  require(EVP_DigestInit_ex(context_.get(), algorithm<Size>(), nullptr));
}

template <std::size_t Size>
void Digester<Size>::update(ByteView chunk) {
  require(EVP_DigestUpdate(context_.get(), chunk.data(), chunk.size()));
}

template <std::size_t Size>
Digester<Size> Digester<Size>::clone() const {
  Digester copy;
  require(EVP_MD_CTX_copy_ex(copy.context_.get(), context_.get()));
  return copy;
}

template <std::size_t Size>
typename Digester<Size>::Digest Digester<Size>::finish() && {
  Digest digest;
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  return digest;
}

template class Digester<20>;
template class Digester<32>;
template class Digester<48>;

Sha256Digest sha256(ByteView bytes) {
  Sha256 digester;
  digester.update(bytes);
  return std::move(digester).finish();
}

Sha384Digest sha384(ByteView bytes) {
  Sha384 digester;
  digester.update(bytes);
  return std::move(digester).finish();
}

}  // namespace reproduce
