/// In place of transfer.cpp where libcurl cannot be had (docs/decisions/0027-static-binary.md).

#include "transfer.hpp"

#include "reproduce/base/error.hpp"

namespace reproduce::fetch {

Answer transfer(const Location& location, store::Writer& /*writer*/, const UrlRequest& /*request*/,
                const UrlSettings& /*settings*/, const OnProgress& /*on_progress*/) {
  throw Error(ErrorKind::environment, "the static variant of reproduce downloads nothing",
              {.file = location.url,
               .hint = "`reproduce fetch` of the ordinary build fills the same store; or download "
                       "the file otherwise, and name its `path` in the manifest"});
}

}  // namespace reproduce::fetch
