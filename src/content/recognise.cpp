#include "recognise.hpp"

#include <algorithm>
#include <optional>

#include "reproduce/base/text.hpp"

namespace reproduce::content {
namespace {

// Signs that no text has.
constexpr char time_sign = '\x01';
constexpr char path_sign = '\x02';

/// What a line says behind this is not judged.
constexpr std::size_t longest_line = 4096;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t digits_at(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

/// The number that the first `count` characters are, when they are digits and no digit follows.
std::optional<std::uint64_t> number_at(std::string_view text, std::size_t count) {
  if (digits_at(text) != count) return std::nullopt;
  return parse_decimal(text.substr(0, count));
}

bool within(std::optional<std::uint64_t> value, std::uint64_t low, std::uint64_t high) {
  return value && *value >= low && *value <= high;
}

bool is_year(std::optional<std::uint64_t> value) {
  return within(value, 1980, 2107);
}

// Each of the functions below gives how many characters at the front of `text` are what its name
// says: 0 when it starts with anything else.

std::size_t month_name(std::string_view text) {
  constexpr std::array<std::string_view, 12> names{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
  for (const std::string_view name : names)
    for (const std::string_view form : {name, name.substr(0, 3)})
      if (text.starts_with(form) && (text.size() == form.size() || !is_letter(text[form.size()])))
        return form.size();
  return 0;
}

std::size_t day_name(std::string_view text) {
  constexpr std::array<std::string_view, 7> names{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};
  for (const std::string_view name : names)
    for (const std::string_view form : {name, name.substr(0, 3)})
      if (text.starts_with(form) && (text.size() == form.size() || !is_letter(text[form.size()])))
        return form.size();
  return 0;
}

std::size_t separators(std::string_view text, std::string_view which) {
  return std::min(text.find_first_not_of(which), text.size());
}

/// 07:08, 07:08:09, 07:08:09.123
std::size_t clock_time(std::string_view text) {
  const std::size_t hour = digits_at(text);
  if (hour == 0 || hour > 2 || !within(parse_decimal(text.substr(0, hour)), 0, 23)) return 0;
  std::size_t end = hour;
  for (int fields = 0; fields < 2; ++fields) {
    if (end >= text.size() || text[end] != ':') break;
    if (!within(number_at(text.substr(end + 1), 2), 0, 60)) break;
    end += 3;
  }
  if (end == hour) return 0;
  if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]))
    end += 1 + digits_at(text.substr(end + 1));
  return end;
}

/// What stands behind a time: `Z`, `+02:00`, ` +0200`, ` UTC`.
std::size_t time_zone(std::string_view text) {
  if (text.starts_with('Z')) return 1;
  const std::size_t blank = text.starts_with(' ') ? 1 : 0;
  text.remove_prefix(blank);
  for (const std::string_view name : {"UTC", "GMT", "CEST", "CET"})
    if (text.starts_with(name)) return blank + name.size();
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return 0;
  if (number_at(text.substr(1), 4)) return blank + 5;
  const bool colon = text.size() >= 6 && text[3] == ':' && number_at(text.substr(1), 2) &&
                     number_at(text.substr(4), 2);
  return colon ? blank + 6 : 0;
}

/// A time of the day behind a date, and its zone.
std::size_t time_behind_date(std::string_view text) {
  if (text.empty() || (text[0] != ' ' && text[0] != 'T' && text[0] != ',')) return 0;
  const std::size_t lead = separators(text, text[0] == 'T' ? "T" : ", ");
  const std::size_t time = clock_time(text.substr(lead));
  return time == 0 ? 0 : lead + time + time_zone(text.substr(lead + time));
}

/// 2024-05-06, 2024/05/06, and a time behind it.
std::size_t iso_date(std::string_view text) {
  if (text.size() < 10 || !is_year(number_at(text, 4)) || (text[4] != '-' && text[4] != '/') ||
      text[7] != text[4])
    return 0;
  if (!within(number_at(text.substr(5), 2), 1, 12) || !within(number_at(text.substr(8), 2), 1, 31))
    return 0;
  return 10 + time_behind_date(text.substr(10));
}

/// ` 2024`, `, 2024`, `-2024`, or nothing.
std::size_t year_behind(std::string_view text) {
  const std::size_t lead = separators(text, " ,-");
  return lead != 0 && is_year(number_at(text.substr(lead), 4)) ? lead + 4 : 0;
}

/// May  6 2024, May 6 07:08:09 UTC 2024
std::size_t month_and_day(std::string_view text) {
  std::size_t end = month_name(text);
  if (end == 0) return 0;
  const std::size_t lead = separators(text.substr(end), " -");
  const std::size_t day = digits_at(text.substr(end + lead));
  if (lead == 0 || lead > 2 || !within(parse_decimal(text.substr(end + lead, day)), 1, 31))
    return 0;
  end += lead + day;
  end += time_behind_date(text.substr(end));
  end += year_behind(text.substr(end));
  return end + time_behind_date(text.substr(end));
}

/// 6 May 2024 07:08:09 +0200
std::size_t day_and_month(std::string_view text) {
  const std::size_t day = digits_at(text);
  if (day == 0 || day > 2 || !within(parse_decimal(text.substr(0, day)), 1, 31)) return 0;
  const std::size_t lead = separators(text.substr(day), " -");
  const std::size_t month = month_name(text.substr(day + lead));
  if (lead != 1 || month == 0) return 0;
  std::size_t end = day + lead + month;
  end += year_behind(text.substr(end));
  return end + time_behind_date(text.substr(end));
}

std::size_t named_day(std::string_view text) {
  const std::size_t name = day_name(text);
  if (name == 0) return 0;
  const std::size_t lead = name + separators(text.substr(name), ", ");
  const std::string_view rest = text.substr(lead);
  const std::size_t date = std::max({month_and_day(rest), day_and_month(rest), iso_date(rest)});
  return date == 0 ? 0 : lead + date;
}

/// 20240506, 20240506070809, 20240506T070809Z, and seconds, milli-, micro-, nanoseconds since 1970.
std::size_t run_of_digits(std::string_view text) {
  const std::size_t count = digits_at(text);
  if (count == 10 || count == 13 || count == 16 || count == 19) {
    if (within(parse_decimal(text.substr(0, 10)), 1'000'000'000, 2'200'000'000)) return count;
  }
  if (count != 8 && count != 12 && count != 14) return 0;
  const bool is_date = is_year(parse_decimal(text.substr(0, 4))) &&
                       within(parse_decimal(text.substr(4, 2)), 1, 12) &&
                       within(parse_decimal(text.substr(6, 2)), 1, 31);
  if (!is_date) return 0;
  std::size_t end = count;
  if (end < text.size() && text[end] == 'T' && digits_at(text.substr(end + 1)) == 6) end += 7;
  return end + (end < text.size() && text[end] == 'Z' ? 1U : 0U);
}

std::size_t time_at(std::string_view text) {
  if (is_letter(text[0])) return std::max(named_day(text), month_and_day(text));
  if (!is_digit(text[0])) return 0;
  // Alone, 10:20 may be anything.
  constexpr std::size_t with_seconds = 8;
  const std::size_t time = clock_time(text);
  return std::max({iso_date(text), day_and_month(text), run_of_digits(text),
                   time >= with_seconds ? time : std::size_t{0}});
}

bool in_path(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view("/._+~@%=-").find(c) != std::string_view::npos;
}

std::size_t build_folder(std::string_view text) {
  constexpr std::array<std::string_view, 14> folders{
      "/build/",   "/builds/",    "/buildroot/", "/tmp/", "/var/tmp/", "/home/",  "/root/",
      "/usr/src/", "/workspace/", "/work/",      "/mnt/", "/src/",     "/Users/", "/run/user/"};
  for (const std::string_view folder : folders)
    if (text.starts_with(folder) && text.size() > folder.size()) return folder.size();
  return 0;
}

/// Whether a path may begin at `place`: not within one, but behind `=` and an option such as -I.
bool path_may_begin(std::string_view line, std::size_t place) {
  if (place == 0 || !in_path(line[place - 1]) || line[place - 1] == '=') return true;
  return place >= 2 && line[place - 2] == '-' && is_letter(line[place - 1]) &&
         (place == 2 || !in_path(line[place - 3]));
}

bool ends_with_path(std::string_view path, std::string_view end) {
  return path == end || (path.size() > end.size() && path.ends_with(end) &&
                         path[path.size() - end.size() - 1] == '/');
}

}  // namespace

std::string without_times(std::string_view line) {
  std::string kept;
  for (std::size_t i = 0; i < line.size();) {
    const bool goes_on = i > 0 && ((is_digit(line[i]) && is_digit(line[i - 1])) ||
                                   (is_letter(line[i]) && is_letter(line[i - 1])));
    const std::size_t size = goes_on ? 0 : time_at(line.substr(i));
    kept += size == 0 ? line[i] : time_sign;
    i += std::max<std::size_t>(size, 1);
  }
  return kept;
}

std::string without_build_paths(std::string_view line) {
  std::string kept;
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t folder = path_may_begin(line, i) ? build_folder(line.substr(i)) : 0;
    if (folder == 0) {
      kept += line[i++];
      continue;
    }
    std::size_t end = i + folder;
    while (end < line.size() && in_path(line[end])) ++end;
    const std::string_view below = line.substr(i + folder, end - i - folder);
    const std::size_t slash = below.rfind('/');
    kept += path_sign;
    // The name of a file says which file, wherever it is built.
    if (slash != std::string_view::npos && below.find('.', slash + 2) != std::string_view::npos)
      kept += below.substr(slash + 1);
    i = end;
  }
  return kept;
}

bool is_generated_secret(std::string_view path) {
  constexpr std::array<std::string_view, 7> ends{"etc/machine-id",
                                                 "var/lib/dbus/machine-id",
                                                 "var/lib/systemd/random-seed",
                                                 "var/lib/urandom/random-seed",
                                                 "etc/hostid",
                                                 "etc/ssl/private/ssl-cert-snakeoil.key",
                                                 "etc/ssl/certs/ssl-cert-snakeoil.pem"};
  if (std::any_of(ends.begin(), ends.end(),
                  [&](std::string_view end) { return ends_with_path(path, end); }))
    return true;
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return name.starts_with("ssh_host_") && (name.ends_with("_key") || name.ends_with("_key.pub"));
}

void PairRecogniser::add(std::string_view before, std::string_view after) {
  ++pairs_;
  before = before.substr(0, longest_line);
  after = after.substr(0, longest_line);
  if (without_times(before) == without_times(after)) {
    ++times_;
    return;
  }
  const std::string before_kept = without_build_paths(before);
  const std::string after_kept = without_build_paths(after);
  if (before_kept == after_kept) {
    ++paths_;
  } else if (without_times(before_kept) == without_times(after_kept)) {
    ++times_;
    ++paths_;
  }
}

std::vector<Culprit> PairRecogniser::found() const {
  std::vector<Culprit> culprits;
  const auto often = [&](std::size_t count) { return count != 0 && count * 4 >= pairs_; };
  if (often(paths_)) culprits.push_back(Culprit::build_path);
  if (often(times_))
    culprits.insert(times_ > paths_ ? culprits.begin() : culprits.end(), Culprit::embedded_time);
  return culprits;
}

}  // namespace reproduce::content
