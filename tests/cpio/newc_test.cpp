#include "reproduce/cpio/newc.hpp"

#include <string>

#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::cpio {
namespace {

// The header that `touch -d @1700000000 f; echo hi >f` gets from GNU cpio 2.13 -H newc.
constexpr std::string_view gnu_header =
    "070701"
    "000000F1"   // inode
    "000081A4"   // regular file, 0644
    "000003E8"   // uid 1000
    "00000064"   // gid 100
    "00000001"   // links
    "6553F100"   // mtime
    "00000003"   // file size
    "000000FE"   // device major
    "00000001"   // device minor
    "00000000"   // rdevice major
    "00000000"   // rdevice minor
    "00000002"   // name size
    "00000000";  // check

TEST(NewcHeader, ReadsWhatGnuCpioWrites) {
  const NewcHeader header = decode_newc_header(as_bytes(gnu_header), 0);
  EXPECT_EQ(header, (NewcHeader{.inode = 0xf1,
                                .mode = type_regular | 0644,
                                .uid = 1000,
                                .gid = 100,
                                .link_count = 1,
                                .mtime = 1700000000,
                                .content_size = 3,
                                .device_major = 0xfe,
                                .device_minor = 1,
                                .name_size = 2}));
}

TEST(NewcHeader, RoundTripsEveryField) {
  EXPECT_EQ(as_text(encode_newc_header(decode_newc_header(as_bytes(gnu_header), 0))), gnu_header);
  const NewcHeader header{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0xffffffff, true};
  EXPECT_EQ(decode_newc_header(encode_newc_header(header), 0), header);
}

TEST(NewcHeader, RefusesEveryTruncation) {
  for (std::size_t size = 0; size < gnu_header.size(); ++size)
    EXPECT_THROW((void)decode_newc_header(as_bytes(gnu_header.substr(0, size)), 0), Error) << size;
}

TEST(NewcHeader, RefusesWhatIsNoDigitAtEveryPlace) {
  for (std::size_t place = 6; place < gnu_header.size(); ++place) {
    for (const char foreign : {'g', ' ', 'x', '-', '\0', '/', ':', '@', 'G', '`'}) {
      std::string text(gnu_header);
      text[place] = foreign;
      EXPECT_THROW((void)decode_newc_header(as_bytes(text), 0), Error) << place << foreign;
    }
  }
}

TEST(NewcHeader, TellsTheOffsetOfTheFieldInItsFile) {
  std::string text(gnu_header);
  text[60] = 'z';
  try {
    (void)decode_newc_header(as_bytes(text), 1000);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_EQ(error.context().offset, 1054U);
    EXPECT_EQ(error.context().where, "file size");
  }
}

TEST(NewcHeader, NamesTheOlderForms) {
  for (const std::string magic : {"070707", "\x71\xc7____", "\xc7\x71____"}) {
    try {
      (void)decode_newc_header(as_bytes(magic + std::string(104, '0')), 0);
      FAIL() << magic;
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "the archive is a cpio of an old form");
    }
  }
  EXPECT_THROW((void)decode_newc_header(as_bytes(std::string(110, '0')), 0), Error);
}

}  // namespace
}  // namespace reproduce::cpio
