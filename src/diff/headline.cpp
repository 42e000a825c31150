#include "headline.hpp"

#include <algorithm>

#include "summary.hpp"

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::diff {
namespace {

std::string section_words(const SectionComparison& section) {
  switch (section.state) {
    case State::added:
      return section.name + " was added";
    case State::removed:
      return section.name + " was removed";
    case State::same:
    case State::changed:
    case State::moved:
      break;
  }
  return section.name + " differs: " + section.summary;
}

class Headline {
 public:
  explicit Headline(const Comparison& comparison) : comparison_(comparison) {
    for (const RegisterComparison& pcr : comparison.registers) {
      if (!pcr.comparable) continue;
      (pcr.moved() ? moved_ : untouched_).push_back(pcr.index);
    }
  }

  std::vector<std::string> run() && {
    if (comparison_.same) {
      say("the two files are the same, byte for byte");
      return std::move(sentences_);
    }
    say_malformed();
    say_borders();
    if (!moved_.empty())
      say_moved();
    else
      say_not_moved();
    say_not_measured();
    return std::move(sentences_);
  }

 private:
  void say(std::string sentence) { sentences_.push_back(std::move(sentence)); }

  [[nodiscard]] bool has_moved(std::uint32_t index) const {
    return std::find(moved_.begin(), moved_.end(), index) != moved_.end();
  }

  static std::string names(const std::vector<std::uint32_t>& indexes) {
    std::vector<std::string> words;
    words.reserve(indexes.size());
    for (const std::uint32_t index : indexes) words.push_back(name_of_register(index));
    return enumeration(words);
  }

  void say_malformed() {
    for (const Side* side : {&comparison_.before, &comparison_.after})
      if (!side->fault.empty())
        say(quote(side->name) + " is MALFORMED: " + printable(side->fault) +
            (side->reading.empty() ? "" : "; compared as read " + side->reading));
    const std::string header = differences_words(comparison_.header, "stale-header-field");
    if (!header.empty()) say("header: " + header);
    const std::string gaps = differences_words(comparison_.layout, "unclaimed-");
    if (!gaps.empty()) say(gaps);
  }

  static std::string differences_words(const std::vector<Difference>& all,
                                       std::string_view prefix) {
    std::vector<Difference> chosen;
    for (const Difference& difference : all)
      if (difference.what.starts_with(prefix)) chosen.push_back(difference);
    return summary_words(chosen);
  }

  void say_borders() {
    for (const Difference& difference : comparison_.layout)
      if (difference.what == "border-moved")
        say(difference.words +
            "; registers hash sections end to end and do not see where one ends");
  }

  /// What of the image that the register covers differs.
  [[nodiscard]] std::string causes(std::uint32_t index) const {
    std::vector<std::string> parts;
    for (const SectionComparison& section : comparison_.sections)
      if (section.state != State::same &&
          std::find(section.registers.begin(), section.registers.end(), index) !=
              section.registers.end())
        parts.push_back(section_words(section));
    if (parts.empty()) parts.push_back(differences_words(comparison_.layout, "section-order"));
    return enumeration(parts);
  }

  void say_moved() {
    std::vector<std::uint32_t> told;
    // PCR0 covers what PCR1 and PCR2 cover together: it is told alone only where they stand.
    for (const std::uint32_t index : moved_)
      if (index != 0 || !(has_moved(1) || has_moved(2))) told.push_back(index);
    for (std::size_t i = 0; i < told.size(); ++i) {
      std::string sentence = name_of_register(told[i]) + " moved because " + causes(told[i]);
      if (i + 1 == told.size()) {
        if (has_moved(0) && told.front() != 0) sentence += "; PCR0 follows";
        if (!untouched_.empty())
          sentence +=
              "; " + names(untouched_) + (untouched_.size() == 1 ? " is" : " are") + " untouched";
      }
      say(sentence);
    }
  }

  void say_not_moved() {
    std::vector<std::string> parts;
    for (const SectionComparison& section : comparison_.sections)
      if (section.state != State::same) parts.push_back(section_words(section));
    const std::string order = differences_words(comparison_.layout, "section-order");
    if (!order.empty()) parts.push_back(order);
    const std::string header = differences_words(comparison_.header, "header-field");
    if (!header.empty()) parts.push_back("the header differs: " + header);
    if (untouched_.empty()) {
      say("the registers cannot be compared; " +
          (parts.empty() ? std::string("no section differs") : enumeration(parts)));
      return;
    }
    say("same measurements, different files: " + names(untouched_) +
        " are equal, for what differs is not measured" +
        (parts.empty() ? std::string() : ": " + enumeration(parts)));
  }

  /// Beside registers that moved, what differs and moves none.
  void say_not_measured() {
    if (moved_.empty()) return;
    std::vector<std::string> parts;
    for (const SectionComparison& section : comparison_.sections)
      if (section.state != State::same && section.registers.empty())
        parts.push_back(section_words(section));
    const std::string header = differences_words(comparison_.header, "header-field");
    if (!header.empty()) parts.push_back("header: " + header);
    if (!parts.empty()) say("not measured, and harmless to the registers: " + enumeration(parts));
  }

  const Comparison& comparison_;
  std::vector<std::uint32_t> moved_;
  std::vector<std::uint32_t> untouched_;
  std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> make_headline(const Comparison& comparison) {
  return Headline(comparison).run();
}

}  // namespace reproduce::diff
