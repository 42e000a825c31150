#include <map>
#include <tuple>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/crypto/digest_sink.hpp"
#include "reproduce/diff/tree.hpp"
#include "reproduce/initramfs/listing.hpp"

namespace reproduce::diff {
namespace {

using initramfs::FoundEntry;

class Lister {
 public:
  EntryList run(const initramfs::JoinedRamdisks& ramdisks) && {
    list_.walk = initramfs::walk(
        ramdisks, [this](const FoundEntry& entry, Source& content) { add(entry, content); });
    for (std::size_t i = 0; i < list_.entries.size(); ++i) {
      Entry& entry = list_.entries[i];
      const std::uint64_t start = list_.walk.stretches[entry.stretch].offset;
      entry.ramdisk = static_cast<std::uint32_t>(
          ramdisks.place_of(start + (entry.packed ? 0 : entry.offset)).ramdisk);
    }
    find_links();
    return std::move(list_);
  }

 private:
  void add(const FoundEntry& found, Source& content) {
    if (list_.entries.size() == most_entries || found.name.size() > most_name_bytes - name_bytes_) {
      ++list_.unlisted;
      return;
    }
    Entry entry{.header = found.header,
                .name = found.name,
                .path = initramfs::path_of(found.name).value_or(found.name),
                .offset = found.offset,
                .archive = found.archive,
                .stretch = static_cast<std::uint32_t>(found.stretch),
                .packed = found.packed,
                .passed_over = !found.passed_over.empty()};
    entry.holder = entry.link = static_cast<std::uint32_t>(list_.entries.size());
    name_bytes_ += entry.name.size();
    if (entry.header.type() == cpio::type_symlink && !entry.passed_over) {
      const Bytes target = read_all(content, entry.header.content_size, "the target of a link");
      name_bytes_ += target.size();
      entry.target = as_text(target);
    } else if (entry.packed) {
      DigestSink digest;
      (void)copy(content, digest);
      entry.sha256 = std::move(digest).finish();
    }
    list_.entries.push_back(std::move(entry));
  }

  /// As the kernel links: regular files of one archive with one inode and device number.
  void find_links() {
    struct Group {
      std::uint32_t first = 0;
      std::uint32_t holder = 0;
    };
    std::map<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t>, Group> groups;
    for (int pass = 0; pass != 2; ++pass) {
      for (std::uint32_t i = 0; i < list_.entries.size(); ++i) {
        Entry& entry = list_.entries[i];
        const cpio::NewcHeader& header = entry.header;
        if (header.link_count < 2 || header.type() != cpio::type_regular || entry.passed_over)
          continue;
        Group& group = groups
                           .try_emplace({entry.archive, header.inode, header.device_major,
                                         header.device_minor},
                                        Group{.first = i, .holder = i})
                           .first->second;
        if (pass == 0 && header.content_size != 0) group.holder = i;
        if (pass == 1) entry.link = group.first, entry.holder = group.holder;
      }
    }
  }

  EntryList list_;
  std::uint64_t name_bytes_ = 0;
};

}  // namespace

std::uint64_t EntryList::content_offset(std::size_t index) const {
  const Entry& entry = entries[index];
  const std::uint64_t name_end = cpio::newc_header_size + std::uint64_t{entry.header.name_size};
  return walk.stretches[entry.stretch].offset + entry.offset + name_end +
         cpio::padding_after(name_end, cpio::newc_alignment);
}

EntryList list_entries(const initramfs::JoinedRamdisks& ramdisks) {
  return Lister().run(ramdisks);
}

}  // namespace reproduce::diff
