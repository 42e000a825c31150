#include "reproduce/base/rfc3339.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes fields off the front of the text; any mismatch makes all of it fail.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || !is_digit(rest_.front())) return fail();
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  /// One of `allowed`; 0 when the next character is none of them.
  char one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
      fail();
      return 0;
    }
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  void skip_fraction() {
    if (rest_.empty() || rest_.front() != '.') return;
    rest_.remove_prefix(1);
    if (rest_.empty() || !is_digit(rest_.front())) fail();
    while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
  }

  [[nodiscard]] bool consumed_everything() const { return ok_ && rest_.empty(); }

 private:
  int fail() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

/// Offset from UTC in minutes.
int scan_offset(Scanner& in, bool& valid) {
  const char sign = in.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z' || sign == 0) return 0;
  const int hours = in.number(2);
  in.one_of(":");
  const int minutes = in.number(2);
  valid = hours <= 23 && minutes <= 59;
  return (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
}

std::string format(UnixSeconds time, const char* zone) {
  // The bounds of four-digit years; outside them chrono's own types would wrap.
  constexpr UnixSeconds year_0 = -62167219200;
  constexpr UnixSeconds year_10000 = 253402300800;
  if (time < year_0 || time >= year_10000)
    throw Error(ErrorKind::usage, "time is outside the years 0 to 9999",
                {.got = std::to_string(time) + " seconds since 1970"});
  const sys_seconds point{seconds{time}};
  const sys_days day = std::chrono::floor<days>(point);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{point - day};
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d%s", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), zone);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::string format_utc(UnixSeconds time) {
  return format(time, "Z");
}

std::string format_utc_with_offset(UnixSeconds time) {
  return format(time, "+00:00");
}

std::optional<UnixSeconds> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  const int year = in.number(4);
  in.one_of("-");
  const int month = in.number(2);
  in.one_of("-");
  const int day = in.number(2);
  in.one_of("Tt ");
  const int hour = in.number(2);
  in.one_of(":");
  const int minute = in.number(2);
  in.one_of(":");
  const int second = in.number(2);
  in.skip_fraction();
  bool offset_is_valid = true;
  const int offset_minutes = scan_offset(in, offset_is_valid);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  const bool exists = date.ok() && hour <= 23 && minute <= 59 && second <= 60;
  if (!in.consumed_everything() || !exists || !offset_is_valid) return std::nullopt;
  const UnixSeconds midnight = seconds{sys_days{date}.time_since_epoch()}.count();
  return midnight + UnixSeconds{hour} * 3600 + UnixSeconds{minute - offset_minutes} * 60 + second;
}

}  // namespace reproduce
