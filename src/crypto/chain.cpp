#include "reproduce/crypto/chain.hpp"

#include <vector>

#include "openssl.hpp"
#include <openssl/x509_vfy.h>

#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce {
namespace {

using openssl::CertificateHandle;

/// Frees the list and not what is in it.
void free_list(STACK_OF(X509) * certificates) {
  sk_X509_free(certificates);
}

using ListHandle = std::unique_ptr<STACK_OF(X509), openssl::Free<free_list>>;
using StoreHandle = std::unique_ptr<X509_STORE, openssl::Free<X509_STORE_free>>;
using CheckHandle = std::unique_ptr<X509_STORE_CTX, openssl::Free<X509_STORE_CTX_free>>;

CertificateHandle decode(const Certificate& certificate) {
  const std::uint8_t* end = certificate.der.data();
  return openssl::require(
      CertificateHandle(d2i_X509(nullptr, &end, static_cast<long>(certificate.der.size()))));
}

/// For calls that give 1 and fail only when memory runs out.
void require_one(int result) {
  if (result != 1)
    throw Error(ErrorKind::environment, "OpenSSL failed", {.got = openssl::take_error_words()});
}

/// Whether OpenSSL went the way that `chain` says, and not another.
bool is_the_same(STACK_OF(X509) * found, const std::vector<CertificateHandle>& chain) {
  if (static_cast<std::size_t>(sk_X509_num(found)) != chain.size()) return false;
  for (std::size_t at = 0; at < chain.size(); ++at)
    if (X509_cmp(sk_X509_value(found, static_cast<int>(at)), chain[at].get()) != 0) return false;
  return true;
}

std::optional<ChainFailure> find_failure(std::span<const Certificate> chain, UnixSeconds at) {
  if (chain.size() < 2) throw Error(ErrorKind::bug, "a chain has a leaf and a root at the least");
  std::vector<CertificateHandle> handles;  // outlive all that refers to them
  for (const Certificate& certificate : chain) handles.push_back(decode(certificate));
  const StoreHandle store = openssl::require(StoreHandle(X509_STORE_new()));
  require_one(X509_STORE_add_cert(store.get(), handles.back().get()));
  const ListHandle between = openssl::require(ListHandle(sk_X509_new_null()));
  for (std::size_t place = 1; place + 1 < handles.size(); ++place)
    if (sk_X509_push(between.get(), handles[place].get()) == 0) require_one(0);

  const CheckHandle check = openssl::require(CheckHandle(X509_STORE_CTX_new()));
  require_one(X509_STORE_CTX_init(check.get(), store.get(), handles.front().get(), between.get()));
  X509_STORE_CTX_set_time(check.get(), 0, at);
  const bool valid = X509_verify_cert(check.get()) == 1;
  ERR_clear_error();
  if (!valid) {
    const int code = X509_STORE_CTX_get_error(check.get());
    return ChainFailure{
        static_cast<std::size_t>(X509_STORE_CTX_get_error_depth(check.get())),
        code == X509_V_ERR_CERT_HAS_EXPIRED || code == X509_V_ERR_CERT_NOT_YET_VALID,
        X509_verify_cert_error_string(code)};
  }
  if (!is_the_same(X509_STORE_CTX_get0_chain(check.get()), handles))
    return ChainFailure{0, false, "the certificates are not each issued by the next"};
  return std::nullopt;
}

}  // namespace

std::optional<ChainFailure> check_chain(std::span<const Certificate> chain, UnixSeconds at) {
  std::optional<ChainFailure> failure = find_failure(chain, at);
  trace("crypto", [&] {
    return "a chain of " + counted(chain.size(), "certificate") + " at " + format_utc(at) +
           (failure
                ? " fails at number " + std::to_string(failure->position) + ": " + failure->reason
                : std::string(" holds"));
  });
  return failure;
}

}  // namespace reproduce
