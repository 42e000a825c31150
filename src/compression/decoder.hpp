#pragma once

/// One compressed stream being read, and the ways to read one.

#include <memory>
#include <string>

#include "feed.hpp"

#include "reproduce/base/stream.hpp"
#include "reproduce/compression/decompress.hpp"

namespace reproduce::compression {

/// Each gives the plain bytes; after its end it has read `feed` to its end, too.
/// `feed` must outlive the decoder.
[[nodiscard]] std::unique_ptr<Source> make_gzip_decoder(Feed& feed);
[[nodiscard]] std::unique_ptr<Source> make_bzip2_decoder(Feed& feed);
[[nodiscard]] std::unique_ptr<Source> make_xz_decoder(Feed& feed);
[[nodiscard]] std::unique_ptr<Source> make_zstd_decoder(Feed& feed);
[[nodiscard]] std::unique_ptr<Source> make_lzma_decoder(Feed& feed);
[[nodiscard]] std::unique_ptr<Source> make_lz4_decoder(Feed& feed);
[[nodiscard]] std::unique_ptr<Source> make_lz4_frame_decoder(Feed& feed);

/// Error{malformed}: the data is damaged or cut short, because of `reason`.
[[noreturn]] void throw_damaged(Compression compression, const std::string& reason);

/// Error{environment}: not enough memory to decompress.
[[noreturn]] void throw_no_memory_to_decompress();

}  // namespace reproduce::compression
