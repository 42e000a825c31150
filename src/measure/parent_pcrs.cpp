#include "reproduce/measure/parent_pcrs.hpp"

#include <utility>

#include "reproduce/base/bytes.hpp"

namespace reproduce::measure {

Sha384Digest parent_register(std::string_view text) {
  Sha384 extend;
  extend.update(Sha384Digest{});
  extend.update(as_bytes(text));
  return std::move(extend).finish();
}

}  // namespace reproduce::measure
