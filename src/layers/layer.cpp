#include "reproduce/layers/layer.hpp"

#include "reproduce/base/text.hpp"

namespace reproduce::layers {

std::string describe_losses(const std::string& source, const std::string& holder, const Loss& first,
                            std::size_t count) {
  std::string text = quote(source) + " has what " + holder +
                     " cannot hold, and it is lost: " + printable(first.what) + " of " +
                     quote("/" + first.path);
  if (count > 1) text += ", and " + std::to_string(count - 1) + " more";
  return text;
}

}  // namespace reproduce::layers
