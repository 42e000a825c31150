#include "reproduce/fetch/url.hpp"

#include <utility>

#include "location.hpp"
#include "transfer.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::fetch {
namespace {

constexpr long http_bad_range = 416;

std::string hint_for(long status) {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return "the server wants to know who asks; fetch the file yourself and name its path";
    case 404:
    case 410:
      return "check the URL; the file may have been moved or removed";
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return "try again later";
    default:
      return {};
  }
}

/// Where a redirect leads, if we may go there.
Location follow(const Location& from, const std::string& url) {
  try {
    Location to = parse_location(url);
    if (from.is_https && !to.is_https)
      throw Error(ErrorKind::usage, "the URL " + quote(url) + " is http, after https");
    return to;
  } catch (const Error& error) {
    // The server chose it, not the user.
    throw Error(ErrorKind::untrusted, "the server redirects to where we do not go",
                {.file = from.url, .got = error.what()});
  }
}

/// One attempt: from the writer's size on, redirects and all.
void download(store::Writer& writer, const UrlRequest& request, const UrlSettings& settings,
              const OnProgress& on_progress) {
  Location location = parse_location(request.url);
  for (int redirects = 0;; ++redirects) {
    const Answer answer = transfer(location, writer, request, settings, on_progress);
    if (answer.status == http_bad_range && writer.size() != 0) {
      writer.restart();  // the file is shorter than what we have of it
      continue;
    }
    if (answer.status == 200 || answer.status == 206) return;
    if (answer.redirect.empty())
      throw Error(ErrorKind::environment,
                  "the server answers with status " + std::to_string(answer.status),
                  {.file = location.url, .hint = hint_for(answer.status)});
    if (redirects == most_redirects)
      throw Error(ErrorKind::environment, "the server redirects without end",
                  {.file = request.url,
                   .expected = "at most " + counted(most_redirects, "redirect"),
                   .got = "more"});
    location = follow(location, answer.redirect);
  }
}

void require_size(const UrlRequest& request, std::uint64_t size) {
  if (request.size && size != *request.size)
    throw Error(ErrorKind::untrusted, "the file has another size",
                {.file = request.url,
                 .expected = std::to_string(*request.size) + " bytes",
                 .got = std::to_string(size)});
}

/// The right bytes of another size than the lock says: the lock is wrong, and nothing is kept.
void require_expected_size(const UrlRequest& request, store::Writer& writer) {
  const std::uint64_t size = writer.size();
  if (!writer.is_complete() || size == request.size.value_or(size)) return;
  writer.restart();
  require_size(request, size);
}

}  // namespace

store::Object fetch_url(const store::Store& store, const UrlRequest& request,
                        const UrlSettings& settings, const OnProgress& on_progress) {
  check_url(request.url);
  const auto present = [&]() -> std::optional<store::Object> {
    if (store.examine(request.sha256) != store::State::intact) return std::nullopt;
    const auto object = store.find(request.sha256);
    if (object) require_size(request, object->size);
    return object;
  };
  if (const auto object = present()) return *object;
  const auto writer = store.resume(request.sha256);
  if (const auto object = present()) return *object;  // somebody else was faster
  const bool continued = writer->size() != 0;
  try {
    if (!writer->is_complete()) download(*writer, request, settings, on_progress);
    if (continued && !writer->is_complete()) {
      // The file changed at the server between the attempts.
      writer->restart();
      download(*writer, request, settings, on_progress);
    }
    require_expected_size(request, *writer);
    return writer->publish();
  } catch (Error& error) {
    error.set_file_if_unknown(request.url);
    throw;
  }
}

}  // namespace reproduce::fetch
