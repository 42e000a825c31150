#pragma once

/// Lines that the text and the Markdown of a comparison have in common.

#include <string>
#include <vector>

#include "reproduce/diff/difference.hpp"

namespace reproduce::report {

/// "~ /etc/motd  content 5 bytes -> 6 bytes, from byte 3 on; mode 0644 -> 0600".
/// The sign: + added, - removed, > moved, ~ changed.
[[nodiscard]] std::string entry_words(const diff::TreeComparison& tree,
                                      const diff::EntryPair& pair);

/// Entries that differ and are shown under `ramdisk`, at most `limit`; the last line counts the
/// rest. Entries that differ in inode numbers alone stand last, counted.
[[nodiscard]] std::vector<std::string> entry_lines(const diff::TreeComparison& tree,
                                                   std::uint32_t ramdisk, std::size_t limit);

/// "BuildTime: '...' -> '...'".
[[nodiscard]] std::string difference_words(const diff::Difference& difference);

/// Two lines: "likely cause: NAME: what was seen", "  do: what to do".
[[nodiscard]] std::string likely_cause(const diff::Culprit& culprit);

/// "kernel 'a.eif': 5 bytes, MALFORMED" and so on.
[[nodiscard]] std::string side_words(const diff::Side& side);

/// "PCR0" and what happened to it: "moved", "untouched", "only before", "not compared".
[[nodiscard]] std::string register_words(const diff::RegisterComparison& pcr);

/// What feeds which register: "feeds PCR0 and PCR2", "not measured".
[[nodiscard]] std::string fed_words(const diff::SectionComparison& section);

}  // namespace reproduce::report
