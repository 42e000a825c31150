#pragma once

/// What differs between two subjects, as values that reports are made from.
///
///     Comparison
///       before, after   what the two are, and whether they are malformed
///       headline        why which register moved, a sentence each
///       registers       PCRs of both sides
///       header, layout  fields of the 548 bytes in front; order of sections, gaps
///       pins            locks and other subjects that only pin: what they pin otherwise
///       sections        bytes and differing ranges; what differs inside
///       tree            every entry of the ramdisks, paired (diff/tree.hpp)
///       culprits        usual causes that were recognised, each with what to do
///
/// Names and values may hold bytes of the files: escape to show. Sentences and words are
/// escaped already.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/diff/tree.hpp"

namespace reproduce::diff {

enum class State {
  same,
  changed,
  added,    ///< only in the second
  removed,  ///< only in the first
  moved     ///< entries: now in another ramdisk
};

[[nodiscard]] std::string_view name_of(State state) noexcept;

/// One thing that differs.
struct Difference {
  std::string what;      ///< a stable name, such as "gzip-time"
  std::string where{};   ///< the field or part, in words; may be empty
  std::string words{};   ///< what happened to it, for people, before and after included
  std::string before{};  ///< the values alone, as they are; empty where a side has none
  std::string after{};
};

/// Bytes that differ, by their place in the payload. Where one side is longer, its end is one.
struct DifferingRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  bool operator==(const DifferingRange&) const = default;
};

/// A list of ranges is no longer; the last one then reaches to the last difference.
inline constexpr std::size_t most_ranges = 256;

/// A section of one of the files.
struct SectionPlace {
  std::uint64_t header_offset = 0;   ///< in the file, of its 12 bytes
  std::uint64_t payload_offset = 0;  ///< in the file
  std::uint64_t size = 0;            ///< of the payload, as far as the file has it
  std::uint64_t stated_size = 0;     ///< as its header says
  std::uint16_t flags = 0;
};

struct SectionComparison {
  std::string name;  ///< "kernel", "ramdisk 1", "section of type 6"
  std::optional<SectionPlace> before{};
  std::optional<SectionPlace> after{};
  State state = State::same;
  std::vector<std::uint32_t> registers{};  ///< that either side feeds
  std::vector<DifferingRange> ranges{};
  std::vector<Difference> differences{};  ///< entries of ramdisks are in the tree
  std::string summary{};                  ///< what differs, in a part of a sentence
};

struct RegisterComparison {
  std::uint32_t index = 0;
  std::optional<Bytes> before;
  std::optional<Bytes> after;
  /// False: one side says nothing about this register, and the answer does not depend on it.
  bool comparable = true;

  [[nodiscard]] bool moved() const { return comparable && before != after; }
};

enum class SubjectKind {
  image,
  lock,
  pcr_file,
  document,          ///< of an enclave, an emulated one too
  nitrotpm_document  ///< of an EC2 instance: the same numbers are other registers
};

[[nodiscard]] std::string_view name_of(SubjectKind kind) noexcept;

struct Side {
  std::string name;  ///< of the file
  SubjectKind kind = SubjectKind::image;
  std::uint64_t size = 0;
  std::string fault{};    ///< why it is malformed; empty when it is well-formed
  std::string reading{};  ///< of a malformed image: as whom it was read
  std::string form{};     ///< of a document: how it was written and wrapped, in words
};

/// A usual cause of differences.
struct Culprit {
  std::string name;    ///< stable, such as "archive-order"
  std::string words;   ///< what was seen
  std::string advice;  ///< what to do
};

struct Comparison {
  Side before;
  Side after;
  /// Of two images: the files are the same, byte for byte. Else: nothing that both pin differs.
  bool same = false;
  std::vector<std::string> headline;
  std::vector<RegisterComparison> registers;
  std::vector<Difference> header;
  std::vector<Difference> layout;
  std::vector<Difference> pins;
  std::vector<SectionComparison> sections;
  std::optional<TreeComparison> tree;  ///< of two images with ramdisks that differ
  std::vector<Culprit> culprits;
  std::vector<std::string> notes;  ///< what could not be compared, and why

  /// Whether any register moved.
  [[nodiscard]] bool registers_moved() const;
};

}  // namespace reproduce::diff
