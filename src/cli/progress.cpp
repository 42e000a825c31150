#include "progress.hpp"

#include <utility>

namespace reproduce::cli {
namespace {

constexpr auto silent_for = std::chrono::milliseconds(500);
constexpr auto redraw_every = std::chrono::milliseconds(100);
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

}  // namespace

Progress::Progress(const Terminal& terminal, std::string label, std::uint64_t total)
    : terminal_(terminal), label_(std::move(label)), total_(total) {}

Progress::~Progress() {
  if (visible_) terminal_.draw("\r\x1b[K");
}

void Progress::update(std::uint64_t done) {
  const Clock::time_point now = Clock::now();
  if (now - started_ < silent_for || now - drawn_ < redraw_every) return;
  drawn_ = now;
  visible_ = true;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(done) / seconds) / mebibyte;
  std::string line = label_ + " " + std::to_string(done / mebibyte);
  if (total_ != 0) line += " of " + std::to_string(total_ / mebibyte);
  line += " MiB, " + std::to_string(rate) + " MiB/s";
  if (line.size() >= terminal_.width()) line.resize(terminal_.width() - 1);
  terminal_.draw("\r" + line + "\x1b[K");
}

std::function<void(std::uint64_t)> Progress::callback() {
  if (!terminal_.shows_progress()) return {};
  return [this](std::uint64_t done) { update(done); };
}

}  // namespace reproduce::cli
