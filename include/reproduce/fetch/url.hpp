#pragma once

/// One file from the web into the store.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/fetch/progress.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::fetch {

/// What to get. The digest is not optional: it is what makes the server a mere carrier.
struct UrlRequest {
  std::string url;
  Sha256Digest sha256{};
  std::optional<std::uint64_t> size{};  ///< bytes
};

/// Everything that comes from outside; nothing is taken from the environment, and no
/// ~/.netrc is read.
struct UrlSettings {
  std::filesystem::path ca_file{};  ///< PEM; "" for the system's authorities
  std::string proxy{};              ///< URL of a proxy for https://; "" for none
  std::string no_proxy{};           ///< hosts that are asked without it, by commas
  std::chrono::seconds connect_timeout{30};
  std::chrono::seconds stall_timeout{60};  ///< slower than slowest_bytes_per_second for so long
  std::uint64_t size_limit = std::uint64_t{64} << 30;  ///< bytes, whatever the server says
};

/// A server that gives fewer is as good as silent.
inline constexpr int slowest_bytes_per_second = 100;

/// How many times one server may send us to another.
inline constexpr int most_redirects = 10;

/// Error{usage} unless `url` is one that fetch_url takes:
///
///     https://HOST[:PORT]/...
///     http://LOOPBACK[:PORT]/...    LOOPBACK: 127.0.0.0/8, [::1] or localhost
///
/// without user, password and fragment, at most 8 KiB of printable ASCII. A lock keeps
/// URLs, and so would keep a password.
void check_url(std::string_view url);

/// Gives the object from the store when it is there and intact, and brings it otherwise.
///
/// Certificates are checked always. Redirects are followed up to most_redirects, each
/// held to check_url, and never from https to http. `localhost` is 127.0.0.1 or ::1 whatever
/// a name server says, and over http no socket leads anywhere but to loopback.
///
/// A download that broke off goes on where it stopped when the server can do that (a 206
/// with the right Content-Range), and starts again when it cannot. The SHA-256 is that of all
/// bytes; when a continued download has another, the file changed at the server in
/// between, and it is fetched once more from the start.
///
/// Throws Error{usage} for the URL, Error{untrusted} for another digest or size, a
/// certificate that does not hold or a redirect that must not be followed, and
/// Error{environment} for everything that a network can do. The store then has
/// nothing new but what a later call goes on with.
store::Object fetch_url(const store::Store& store, const UrlRequest& request,
                        const UrlSettings& settings, const OnProgress& on_progress = {});

}  // namespace reproduce::fetch
