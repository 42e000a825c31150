#pragma once

/// The members of a tar archive, one after the other, by libarchive's tar reader.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scratch.hpp"

#include "reproduce/base/stream.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::layers {

struct TarMember {
  std::string name;                    ///< as recorded: any bytes, any length up to 1 MiB
  std::optional<std::string> link_to;  ///< the name that a hard link is to
  tree::Entry entry;                   ///< without content; of a hard link, nothing counts
  std::vector<std::string> losses;     ///< what no tree can hold, in words
  std::int64_t mtime = 0;              ///< seconds since 1970
  std::uint64_t size = 0;              ///< of the content, holes included
  std::uint64_t offset = 0;            ///< of the header, in the decompressed archive
};

/// How an archive without its end-of-archive block is taken.
enum class MissingEnd { refused, accepted };

/// Call next() until it gives nothing, and after each member of a regular file
/// read_content(); then finish(). Errors of the stream come through; what
/// libarchive refuses or warns of is Error{malformed}.
class TarStream {
 public:
  /// `plain` is not compressed, and must outlive the stream.
  explicit TarStream(Source& plain);
  TarStream(const TarStream&) = delete;
  TarStream& operator=(const TarStream&) = delete;
  TarStream(TarStream&&) = delete;
  TarStream& operator=(TarStream&&) = delete;
  ~TarStream();

  /// The next member, which lives until the next call; null at the end.
  [[nodiscard]] const TarMember* next();

  /// The content of the latest member, which has TarMember::size bytes.
  [[nodiscard]] tree::ContentPtr read_content(Scratch& scratch);

  /// Holds the latest member to have no content at all.
  void require_no_content();

  /// Passes over the content of the latest member.
  void skip_content();

  /// Reads on to the end of `plain`.
  void finish(MissingEnd missing_end);

 private:
  class Reader;

  std::unique_ptr<Reader> reader_;
  TarMember member_;
};

}  // namespace reproduce::layers
