#include "reproduce/base/buffered_sink.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace reproduce {
namespace {

class Pieces final : public Sink {
 public:
  void write(ByteView bytes) override {
    sizes.push_back(bytes.size());
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  std::vector<std::size_t> sizes;
  Bytes all;
};

TEST(BufferedSink, PassesOnFullPiecesAndTheRestWhenFlushed) {
  Pieces out;
  BufferedSink sink(out);
  Bytes written(chunk_size * 2 + 5);
  for (std::size_t i = 0; i < written.size(); ++i) written[i] = static_cast<std::uint8_t>(i % 251);
  sink.write(ByteView(written).first(3));
  sink.write(ByteView(written).subspan(3));
  EXPECT_EQ(sink.position(), written.size());
  EXPECT_EQ(out.sizes, (std::vector<std::size_t>{chunk_size, chunk_size}));
  sink.flush();
  sink.flush();
  EXPECT_EQ(out.sizes, (std::vector<std::size_t>{chunk_size, chunk_size, 5}));
  EXPECT_EQ(out.all, written);
}

TEST(BufferedSink, LendsItsFreeSpaceToReaders) {
  Pieces out;
  BufferedSink sink(out);
  sink.write(as_bytes("ab"));
  ASSERT_EQ(sink.free_space().size(), chunk_size - 2);
  sink.free_space()[0] = 'c';
  sink.advance(1);
  sink.flush();
  EXPECT_EQ(as_text(out.all), "abc");
}

}  // namespace
}  // namespace reproduce
