#include "tar_unpacker.hpp"

#include <utility>

#include "reproduce/base/error.hpp"

namespace reproduce::layers {

using tree::EntryType;

void TarUnpacker::begin_archive() {
  stack_.begin_layer();
  members_ = 0;
}

void TarUnpacker::count_member() {
  require_within(++members_, limits_.entries, "the archive has too many entries");
}

void TarUnpacker::put(TarStream& tar, const TarMember& member, const std::string& path,
                      const std::string& link_to) {
  tree::Entry entry = member.entry;
  if (member.link_to) {
    tar.require_no_content();
    if (path.empty()) throw Error(ErrorKind::malformed, "the root is a hard link");
    stack_.link(path, link_to);
    return;
  }
  for (const std::string& loss : member.losses) stack_.lose(path, loss, LossKind::attribute);
  if (entry.type != EntryType::regular) {
    tar.require_no_content();
  } else {
    // Compared before it is added, since neither has to be smaller than 2^63.
    require_within(member.size, limits_.content_bytes - contents_,
                   "the archive's files are too large together");
    contents_ += member.size;
    keep_newest(newest_, member.mtime, path);
    entry.content = tar.read_content(scratch_);
  }
  if (path.empty())
    stack_.set_root(entry);
  else
    stack_.put(path, std::move(entry));
}

Layer TarUnpacker::finish() && {
  scratch_.close();
  Layer layer = std::move(stack_).finish();
  layer.newest = std::move(newest_);
  return layer;
}

}  // namespace reproduce::layers
