#include "reproduce/layers/tar.hpp"

#include <string>
#include <utility>

#include "tar_stream.hpp"
#include "tar_unpacker.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/compression/decompress.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::layers {

Layer read_tar(Source& archive, const std::filesystem::path& scratch_folder,
               const ArchiveLimits& limits) {
  compression::Decompressor plain(archive);
  TarStream tar(plain);
  TarUnpacker unpacker(scratch_folder, limits);
  unpacker.begin_archive();
  while (const TarMember* const member = tar.next()) {
    try {
      unpacker.count_member();
      const std::string path = tree::path_from_archive(member->name);
      const std::string link_to =
          member->link_to ? tree::path_from_archive(*member->link_to) : std::string();
      unpacker.put(tar, *member, path, link_to);
    } catch (Error& error) {
      error.set_offset_if_unknown(member->offset);
      throw;
    }
  }
  tar.finish(MissingEnd::refused);
  return std::move(unpacker).finish();
}

}  // namespace reproduce::layers
