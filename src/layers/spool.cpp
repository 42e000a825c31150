#include "reproduce/layers/spool.hpp"

#include "scratch.hpp"

namespace reproduce::layers {

tree::ContentPtr spool(Source& source, const std::filesystem::path& scratch_folder) {
  Scratch scratch(scratch_folder);
  (void)copy(source, scratch.sink());
  tree::ContentPtr content = scratch.take();
  scratch.close();
  return content;
}

}  // namespace reproduce::layers
