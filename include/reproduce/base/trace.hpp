#pragma once

/// A debug trace: what the library did, for whoever looks for a fault. It is not output, and
/// nothing that is decided or written depends on it.
///
/// Off until start_trace() is called, and then one relaxed load of an atomic a call. Each line
/// is written whole, from any thread:
///
///     0.001234 inputs     kernel 'bzImage' opened, 8126464 bytes
///
/// seconds since the trace began, the folder of src that speaks, its message. The time is the
/// trace's own (spdlog stamps each line); no code can ask for it.

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace reproduce {

namespace detail {
extern std::atomic<bool> is_tracing;
void write_trace(std::string_view shelf, std::string_view message);
}  // namespace detail

/// Traces to `file`, which is made anew, or to standard error. Called once, by the command
/// line, while there is one thread. Error{environment} when the file cannot be opened. A line
/// that cannot be written later is dropped: a trace does not make the work fail.
void start_trace(const std::optional<std::filesystem::path>& file);

/// The descriptor of the trace's file; -1 where there is none.
[[nodiscard]] int trace_descriptor() noexcept;

/// Writes the line that `message()` gives, a string, which is not called when nobody traces.
/// It may hold hostile bytes: what deceives a terminal is escaped here.
template <class Message>
void trace(std::string_view shelf, const Message& message) {
  if (detail::is_tracing.load(std::memory_order_relaxed)) detail::write_trace(shelf, message());
}

}  // namespace reproduce
