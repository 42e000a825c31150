#include "reproduce/sandbox/message.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/bytes.hpp"

namespace reproduce::sandbox {
namespace {

using test::kind_of;

/// A reader of a pipe that holds `bytes` and then ends.
MessageReader reader_of(ByteView bytes) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  EXPECT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(ends[1]);
  return MessageReader(UniqueFd(ends[0]));
}

Error full_error() {
  return {ErrorKind::untrusted,
          "the pin of 'a\\b' does not hold",
          {.file = "some\nfile",
           .offset = 0xFFFFFFFFFFFFFFFF,
           .source = SourceLine{.line = 3, .column = 7, .text = "x = \"y\""},
           .where = "layer 2",
           .expected = "one",
           .got = std::string("t\0o", 3),
           .hint = "lock again"}};
}

TEST(Message, AnErrorComesThroughWithAllItHas) {
  const Error error = decode_error(encode_error(full_error()));
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_STREQ(error.what(), "the pin of 'a\\b' does not hold");
  EXPECT_EQ(error.context().file, "some\nfile");
  EXPECT_EQ(error.context().offset, 0xFFFFFFFFFFFFFFFF);
  ASSERT_TRUE(error.context().source);
  EXPECT_EQ(error.context().source->line, 3u);
  EXPECT_EQ(error.context().source->column, 7u);
  EXPECT_EQ(error.context().source->text, "x = \"y\"");
  EXPECT_EQ(error.context().where, "layer 2");
  EXPECT_EQ(error.context().expected, "one");
  EXPECT_EQ(error.context().got, std::string("t\0o", 3));
  EXPECT_EQ(error.context().hint, "lock again");
}

TEST(Message, EveryKindOfErrorKeepsItsKind) {
  for (const ErrorKind kind : {ErrorKind::usage, ErrorKind::malformed, ErrorKind::untrusted,
                               ErrorKind::environment, ErrorKind::bug}) {
    const Error error = decode_error(encode_error(Error(kind, "no")));
    EXPECT_EQ(error.kind(), kind);
    EXPECT_FALSE(error.context().offset);
    EXPECT_FALSE(error.context().source);
  }
}

TEST(Message, WhatFailedCannotDriveATerminal) {
  EXPECT_STREQ(decode_error(encode_error(Error(ErrorKind::bug, "\x1b[2Jno"))).what(), "\\x1b[2Jno");
}

TEST(Message, AnErrorThatIsCutAnywhereIsABug) {
  const Bytes whole = encode_error(full_error());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(kind_of([&] { (void)decode_error(ByteView(whole).first(size)); }), ErrorKind::bug)
        << size;
}

TEST(Message, AnErrorWithBytesBehindItIsABug) {
  Bytes more = encode_error(full_error());
  more.push_back(0);
  EXPECT_EQ(kind_of([&] { (void)decode_error(more); }), ErrorKind::bug);
}

TEST(Message, AnErrorOfUnknownKindIsABug) {
  Bytes bytes = encode_error(Error(ErrorKind::bug, "no"));
  bytes[0] = 5;
  EXPECT_EQ(kind_of([&] { (void)decode_error(bytes); }), ErrorKind::bug);
}

TEST(Message, AFlagThatIsNeitherYesNorNoIsABug) {
  Bytes bytes = encode_error(Error(ErrorKind::bug, ""));
  bytes[1 + 4 + 4] = 2;  // behind the kind and two empty texts: whether there is an offset
  EXPECT_EQ(kind_of([&] { (void)decode_error(bytes); }), ErrorKind::bug);
}

TEST(Message, TextsBeyondTheLimitAreCutByTheSenderAndRefusedByTheReceiver) {
  const std::string long_text(largest_text + 1, 'x');
  Bytes bytes = encode_error(Error(ErrorKind::bug, long_text));
  EXPECT_EQ(std::string(decode_error(bytes).what()), long_text.substr(1));
  // The size of the first text, big-endian behind the kind.
  bytes[4] = 1;
  EXPECT_EQ(kind_of([&] { (void)decode_error(bytes); }), ErrorKind::bug);
}

TEST(Message, AReportComesThrough) {
  const Report report{.in_force = {"landlock (ABI 4)", "seccomp"}, .missing = {"name: why"}};
  EXPECT_EQ(decode_report(encode_report(report)), report);
}

TEST(Message, AReportThatIsCutAnywhereIsABug) {
  const Bytes whole = encode_report({.in_force = {"a", "bc"}, .missing = {"d"}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(kind_of([&] { (void)decode_report(ByteView(whole).first(size)); }), ErrorKind::bug);
}

TEST(Message, ProgressIsEightBytesBigEndianAndNothingElse) {
  EXPECT_EQ(decode_progress(Bytes{0, 0, 0, 0, 0, 0, 1, 2}), 258u);
  EXPECT_EQ(kind_of([] { (void)decode_progress(Bytes(7)); }), ErrorKind::bug);
  EXPECT_EQ(kind_of([] { (void)decode_progress(Bytes(9)); }), ErrorKind::bug);
}

TEST(Message, AWriterAndAReaderAgree) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  MessageReader reader{UniqueFd(ends[0])};
  {
    MessageWriter writer{UniqueFd(ends[1])};
    writer.send(MessageKind::result, as_bytes("abc"));
    writer.send(MessageKind::end, {});
  }
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->kind, MessageKind::result);
  EXPECT_EQ(as_text(first->payload), "abc");
  const auto second = reader.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->kind, MessageKind::end);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.was_cut_short());
}

TEST(Message, BytesOnThePipeAreKindSizeAndPayload) {
  const auto message = reader_of(Bytes{3, 0, 0, 0, 2, 'h', 'i'}).next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->kind, MessageKind::result);
  EXPECT_EQ(as_text(message->payload), "hi");
}

TEST(Message, AStreamThatEndsAmidAMessageIsNoticed) {
  const Bytes whole{3, 0, 0, 0, 2, 'h', 'i'};
  for (std::size_t size = 1; size < whole.size(); ++size) {
    MessageReader reader = reader_of(ByteView(whole).first(size));
    EXPECT_FALSE(reader.next()) << size;
    EXPECT_TRUE(reader.was_cut_short()) << size;
  }
}

TEST(Message, UnknownKindsAndSizesBeyondTheLimitAreBugs) {
  for (const std::uint8_t kind : {std::uint8_t{0}, std::uint8_t{7}, std::uint8_t{255}})
    EXPECT_EQ(kind_of([&] { (void)reader_of(Bytes{kind, 0, 0, 0, 0}).next(); }), ErrorKind::bug);
  EXPECT_EQ(kind_of([] { (void)reader_of(Bytes{3, 0, 8, 0, 1}).next(); }), ErrorKind::bug);
}

}  // namespace
}  // namespace reproduce::sandbox
