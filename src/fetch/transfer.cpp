#include "transfer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

#include <sys/socket.h>

#include <curl/curl.h>
#include <netinet/in.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::fetch {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const noexcept { ::curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
using List = std::unique_ptr<curl_slist, FreeList>;

constexpr long http_ok = 200;
constexpr long http_partial = 206;

Handle make_handle() {
  static std::once_flag once;
  std::call_once(once, [] { (void)::curl_global_init(CURL_GLOBAL_DEFAULT); });
  Handle handle(::curl_easy_init());
  if (!handle) throw Error(ErrorKind::environment, "not enough memory for a download");
  return handle;
}

template <typename Value>
void set(const Handle& handle, CURLoption option, Value value) {
  // An option that this libcurl does not know would leave a check undone.
  if (const CURLcode status = ::curl_easy_setopt(handle.get(), option, value); status != CURLE_OK)
    throw Error(ErrorKind::bug,
                std::string("libcurl refuses an option: ") + ::curl_easy_strerror(status));
}

/// libcurl declares the short form of the kernel's layout and holds the long one, of
/// `addrlen` bytes.
template <typename Address>
Address address_of(const curl_sockaddr& from) {
  Address address{};
  std::memcpy(&address, &from.addr, std::min<std::size_t>(from.addrlen, sizeof address));
  return address;
}

bool is_loopback_address(const curl_sockaddr& address) {
  if (address.family == AF_INET)
    return (ntohl(address_of<sockaddr_in>(address).sin_addr.s_addr) >> 24U) == 127;
  if (address.family != AF_INET6) return false;
  const auto six = address_of<sockaddr_in6>(address);
  return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
}

/// What the callbacks of libcurl share. No exception may cross C code, so it waits.
struct Exchange {
  CURL* handle;
  const Location& location;
  store::Writer& writer;
  const UrlRequest& request;
  const UrlSettings& settings;
  const OnProgress& on_progress;
  std::string content_range{};
  bool body_started = false;
  std::exception_ptr failure{};
  std::optional<std::uint64_t> total{};

  [[nodiscard]] long status() const {
    long code = 0;
    (void)::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
  }

  /// Bytes that the server announces, those we have included.
  [[nodiscard]] std::optional<std::uint64_t> announced(std::uint64_t have) const {
    if (request.size) return request.size;
    curl_off_t length = -1;
    (void)::curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length < 0) return std::nullopt;
    return have + static_cast<std::uint64_t>(length);
  }

  /// "bytes 100-199/200" must start where we stopped (RFC 9110, section 14.4).
  [[nodiscard]] bool continues() const {
    const std::string start = "bytes " + std::to_string(writer.size()) + "-";
    return content_range.starts_with(start);
  }

  void take(ByteView bytes) {
    const long code = status();
    if (code != http_ok && code != http_partial) return;  // the page that comes with an error
    if (!std::exchange(body_started, true)) start_body(code);
    const std::uint64_t limit = request.size.value_or(settings.size_limit);
    if (bytes.size() > limit - std::min(limit, writer.size())) refuse_size(limit);
    writer.write(bytes);
    if (on_progress) on_progress({request.url, writer.size(), total});
  }

  void start_body(long code) {
    if (writer.size() != 0 && (code == http_ok || !continues())) {
      if (code == http_partial)
        throw Error(ErrorKind::environment, "the server goes on at another place than asked for",
                    {.file = location.url,
                     .expected = "bytes " + std::to_string(writer.size()) + "-",
                     .got = printable(content_range)});
      writer.restart();
    }
    total = announced(writer.size());
  }

  [[noreturn]] void refuse_size(std::uint64_t limit) {
    writer.restart();  // it is not the beginning of what was asked for
    throw Error(request.size ? ErrorKind::untrusted : ErrorKind::environment,
                "the server sends too much",
                {.file = location.url,
                 .expected = request.size ? std::to_string(limit) + " bytes"
                                          : "at most " + std::to_string(limit) + " bytes",
                 .got = "more"});
  }
};

std::size_t take_body(char* data, std::size_t /*one*/, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  try {
    exchange.take(as_bytes({data, size}));
    return size;
  } catch (...) {
    exchange.failure = std::current_exception();
    return 0;
  }
}

std::size_t take_header(char* data, std::size_t /*one*/, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  constexpr std::string_view name = "content-range:";
  const std::string_view line(data, size);
  const bool matches =
      line.size() > name.size() &&
      std::equal(name.begin(), name.end(), line.begin(), [](char wanted, char got) {
        return wanted == std::tolower(static_cast<unsigned char>(got));
      });
  if (!matches) return size;
  try {
    const std::string_view value = line.substr(name.size());
    const auto first = value.find_first_not_of(" \t");
    const auto last = value.find_last_not_of(" \t\r\n");
    exchange.content_range =
        first == std::string_view::npos ? "" : std::string(value.substr(first, last - first + 1));
    return size;
  } catch (...) {
    exchange.failure = std::current_exception();
    return 0;
  }
}

/// http speaks to loopback, whatever a name server said.
curl_socket_t open_socket(void* context, curlsocktype /*purpose*/, curl_sockaddr* address) {
  const auto& exchange = *static_cast<const Exchange*>(context);
  if (!exchange.location.is_https && !is_loopback_address(*address)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

[[noreturn]] void throw_transfer_error(CURLcode code, const Location& location,
                                       const char* details) {
  ErrorContext context{.file = location.url,
                       .got = printable(*details != '\0' ? details : ::curl_easy_strerror(code))};
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      context.hint = "check the date of this machine and its certificate authorities";
      throw Error(ErrorKind::untrusted, "the server's certificate does not hold", context);
    case CURLE_SSL_CACERT_BADFILE:
      context.hint =
          "the authorities are read from a file: on Debian the package "
          "ca-certificates brings the system's, and --ca-file names another";
      throw Error(ErrorKind::environment, "there are no certificate authorities to trust", context);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      context.hint = "check the name in the URL, and the network";
      throw Error(ErrorKind::environment, "the server's name cannot be found", context);
    case CURLE_COULDNT_CONNECT:
      context.hint = "check the network, and whether a proxy is needed";
      throw Error(ErrorKind::environment, "the server cannot be reached", context);
    case CURLE_OPERATION_TIMEDOUT:
      context.hint = "try again: a download goes on where it stopped";
      throw Error(ErrorKind::environment, "the server has become silent", context);
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2_STREAM:
      context.hint = "try again: a download goes on where it stopped";
      throw Error(ErrorKind::environment, "the download broke off", context);
    default:
      throw Error(ErrorKind::environment, "the download failed", context);
  }
}

void set_bounds(const Handle& handle, const Location& location, const UrlSettings& settings) {
  set(handle, CURLOPT_PROTOCOLS_STR, location.is_https ? "https" : "http");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);  // each step is checked by us
  set(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings.connect_timeout.count()));
  set(handle, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(slowest_bytes_per_second));
  set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings.stall_timeout.count()));
  if (!settings.ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, settings.ca_file.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  // An empty text, other than none, keeps libcurl from looking into the environment.
  const bool direct = location.is_loopback || !location.is_https;
  set(handle, CURLOPT_PROXY, direct ? "" : settings.proxy.c_str());
  set(handle, CURLOPT_NOPROXY, settings.no_proxy.c_str());
}

}  // namespace

Answer transfer(const Location& location, store::Writer& writer, const UrlRequest& request,
                const UrlSettings& settings, const OnProgress& on_progress) {
  const Handle handle = make_handle();
  Exchange exchange{.handle = handle.get(),
                    .location = location,
                    .writer = writer,
                    .request = request,
                    .settings = settings,
                    .on_progress = on_progress};
  std::array<char, CURL_ERROR_SIZE> details{};
  set_bounds(handle, location, settings);
  set(handle, CURLOPT_URL, location.url.c_str());
  set(handle, CURLOPT_USERAGENT, "reproduce");
  set(handle, CURLOPT_ERRORBUFFER, details.data());
  set(handle, CURLOPT_WRITEFUNCTION, &take_body);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(handle, CURLOPT_HEADERFUNCTION, &take_header);
  set(handle, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(handle, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&exchange));
  const std::string range = std::to_string(writer.size()) + "-";
  if (writer.size() != 0) set(handle, CURLOPT_RANGE, range.c_str());

  const CURLcode code = ::curl_easy_perform(handle.get());
  if (exchange.failure) std::rethrow_exception(exchange.failure);
  if (code != CURLE_OK) throw_transfer_error(code, location, details.data());
  const char* redirect = nullptr;
  (void)::curl_easy_getinfo(handle.get(), CURLINFO_REDIRECT_URL, &redirect);
  // A whole answer without a body: what was there before is no part of it.
  if (!exchange.body_started && exchange.status() == http_ok) writer.restart();
  return {exchange.status(), redirect == nullptr ? "" : redirect};
}

}  // namespace reproduce::fetch
