#include "reproduce/base/trace.hpp"

#include <cerrno>
#include <chrono>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <spdlog/fmt/fmt.h>
#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce {
namespace {

/// `     0.001234 inputs     message`. spdlog's own patterns know the time of day and the time
/// since the line before, but not the time since the first line.
class LineFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
    if (!first_) first_ = line.time;
    const std::chrono::duration<double> since = line.time - *first_;
    fmt::format_to(std::back_inserter(out), "{:12.6f} {}\n", since.count(),
                   fmt::string_view(line.payload.data(), line.payload.size()));
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>();
  }

 private:
  std::optional<spdlog::log_clock::time_point> first_;
};

/// spdlog's own file sinks make missing folders on the way, which nobody asked for.
class TraceSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// A sink for standard error, or for `file`.
  TraceSink(UniqueFd file, std::string name)
      : base_sink(std::make_unique<LineFormatter>()),
        file_(std::move(file)),
        out_(file_.get() < 0 ? STDERR_FILENO : file_.get(), std::move(name)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    spdlog::memory_buf_t text;
    formatter_->format(line, text);
    out_.write(as_bytes(std::string_view(text.data(), text.size())));
  }
  void flush_() override {}

 private:
  UniqueFd file_;
  DescriptorSink out_;
};

int& file_descriptor() {
  static int descriptor = -1;
  return descriptor;
}

UniqueFd open_trace(const std::filesystem::path& file) {
  constexpr mode_t all_by_umask = 0666;
  UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, all_by_umask));
  if (fd.get() < 0) throw_io_error("open", file.string(), errno);
  return fd;
}

std::unique_ptr<spdlog::logger>& logger() {
  static std::unique_ptr<spdlog::logger> the_logger;
  return the_logger;
}

}  // namespace

std::atomic<bool> detail::is_tracing{false};

void detail::write_trace(std::string_view shelf, std::string_view message) {
  logger()->debug("{:<11} {}", shelf, printable(message));
}

int trace_descriptor() noexcept {
  return file_descriptor();
}

void start_trace(const std::optional<std::filesystem::path>& file) {
  const std::string name = file ? file->string() : "standard error";
  // Shared, because that is how spdlog holds its sinks.
  UniqueFd opened = file ? open_trace(*file) : UniqueFd();
  file_descriptor() = opened.get();
  const auto sink = std::make_shared<TraceSink>(std::move(opened), name);
  logger() = std::make_unique<spdlog::logger>("trace", sink);
  logger()->set_level(spdlog::level::debug);
  logger()->set_error_handler([](const std::string& /*reason*/) {});
  detail::is_tracing.store(true, std::memory_order_relaxed);
}

}  // namespace reproduce
