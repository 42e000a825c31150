#include "reproduce/sandbox/message.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::sandbox {
namespace {

constexpr const char* pipe_name = "the pipe of the confined work";

[[noreturn]] void throw_not_a_message(const std::string& why) {
  throw Error(ErrorKind::bug, "the confined work sent something that is no message: " + why);
}

void write_text(ByteWriter& writer, std::string_view text) {
  const std::string_view kept = text.substr(0, largest_text);
  writer.write(static_cast<std::uint32_t>(kept.size()));
  writer.write(as_bytes(kept));
}

std::string read_text(ByteReader& reader) {
  const auto size = reader.read<std::uint32_t>("size of a text");
  if (size > largest_text) throw_not_a_message("a text of " + counted(size, "byte"));
  return std::string(as_text(reader.take(size, "text")));
}

bool read_flag(ByteReader& reader) {
  const auto flag = reader.read<std::uint8_t>("flag");
  if (flag > 1) throw_not_a_message("a flag of " + std::to_string(flag));
  return flag == 1;
}

ErrorKind read_kind(ByteReader& reader) {
  const auto number = reader.read<std::uint8_t>("kind of an error");
  for (const ErrorKind kind : {ErrorKind::usage, ErrorKind::malformed, ErrorKind::untrusted,
                               ErrorKind::environment, ErrorKind::bug})
    if (number == static_cast<std::uint8_t>(kind)) return kind;
  throw_not_a_message("an error of kind " + std::to_string(number));
}

/// `text` without what could drive a terminal. Unlike printable() it leaves a backslash as it
/// is, because the words of an Error contain names that were quoted before.
std::string without_controls(const std::string& text) {
  std::string clean;
  const std::string escaped = printable(text);
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    clean += escaped[i];
    if (escaped.compare(i, 2, "\\\\") == 0) ++i;
  }
  return clean;
}

/// Calls `decode` on all of `payload`; what ByteReader refuses is no message either.
template <typename Decode>
auto decode_all(ByteView payload, const Decode& decode) {
  try {
    ByteReader reader(payload);
    auto value = decode(reader);
    if (reader.remaining() != 0) throw_not_a_message("bytes behind its end");
    return value;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    throw_not_a_message(error.what());
  }
}

void write_list(ByteWriter& writer, const std::vector<std::string>& list) {
  writer.write(static_cast<std::uint8_t>(std::min<std::size_t>(list.size(), UINT8_MAX)));
  for (std::size_t i = 0; i < list.size() && i < UINT8_MAX; ++i) write_text(writer, list[i]);
}

std::vector<std::string> read_list(ByteReader& reader) {
  std::vector<std::string> list(reader.read<std::uint8_t>("size of a list"));
  for (std::string& text : list) text = read_text(reader);
  return list;
}

}  // namespace

void MessageWriter::send(MessageKind kind, ByteView payload) {
  if (payload.size() > largest_payload)
    throw Error(ErrorKind::bug, "a message to the parent process is too large");
  ByteWriter writer;
  writer.write(static_cast<std::uint8_t>(kind));
  writer.write(static_cast<std::uint32_t>(payload.size()));
  writer.write(payload);
  const std::lock_guard lock(mutex_);
  DescriptorSink(pipe_.get(), pipe_name).write(writer.view());
}

/// False when the stream ended before `buffer` was full.
bool MessageReader::fill(std::span<std::uint8_t> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t count = ::read(pipe_.get(), buffer.data() + filled, buffer.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error("read", pipe_name, errno);
    if (count == 0) {
      cut_short_ = filled != 0;
      return false;
    }
    filled += static_cast<std::size_t>(count);
  }
  return true;
}

std::optional<Message> MessageReader::next() {
  std::array<std::uint8_t, 5> head{};
  if (!fill(head)) return std::nullopt;
  ByteReader reader(head);
  const auto kind = reader.read<std::uint8_t>("kind");
  const auto size = reader.read<std::uint32_t>("size");
  if (kind < static_cast<std::uint8_t>(MessageKind::report) ||
      kind > static_cast<std::uint8_t>(MessageKind::question))
    throw_not_a_message("kind " + std::to_string(kind));
  if (size > largest_payload) throw_not_a_message(counted(size, "byte"));
  Message message{.kind = static_cast<MessageKind>(kind), .payload = Bytes(size)};
  if (!fill(message.payload)) {
    cut_short_ = true;
    return std::nullopt;
  }
  return message;
}

Bytes encode_error(const Error& error) {
  const ErrorContext& context = error.context();
  ByteWriter writer;
  writer.write(static_cast<std::uint8_t>(error.kind()));
  write_text(writer, error.what());
  write_text(writer, context.file);
  writer.write(static_cast<std::uint8_t>(context.offset ? 1 : 0));
  if (context.offset) writer.write(*context.offset);
  writer.write(static_cast<std::uint8_t>(context.source ? 1 : 0));
  if (context.source) {
    writer.write(context.source->line);
    writer.write(context.source->column);
    write_text(writer, context.source->text);
  }
  for (const std::string* text : {&context.where, &context.expected, &context.got, &context.hint})
    write_text(writer, *text);
  return std::move(writer).bytes();
}

Error decode_error(ByteView payload) {
  return decode_all(payload, [](ByteReader& reader) {
    const ErrorKind kind = read_kind(reader);
    const std::string what = without_controls(read_text(reader));
    ErrorContext context;
    context.file = read_text(reader);
    if (read_flag(reader)) context.offset = reader.read<std::uint64_t>("offset");
    if (read_flag(reader)) {
      SourceLine source;
      source.line = reader.read<std::uint32_t>("line");
      source.column = reader.read<std::uint32_t>("column");
      source.text = read_text(reader);
      context.source = std::move(source);
    }
    for (std::string* text : {&context.where, &context.expected, &context.got, &context.hint})
      *text = read_text(reader);
    return Error(kind, what, std::move(context));
  });
}

Bytes encode_report(const Report& report) {
  ByteWriter writer;
  write_list(writer, report.in_force);
  write_list(writer, report.missing);
  return std::move(writer).bytes();
}

Report decode_report(ByteView payload) {
  return decode_all(payload, [](ByteReader& reader) {
    Report report;
    report.in_force = read_list(reader);
    report.missing = read_list(reader);
    return report;
  });
}

std::uint64_t decode_progress(ByteView payload) {
  return decode_all(payload,
                    [](ByteReader& reader) { return reader.read<std::uint64_t>("progress"); });
}

}  // namespace reproduce::sandbox
