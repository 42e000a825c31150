#pragma once

/// A ramdisk to be linted, put together by a test.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "reproduce/lint/lint.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::lint {

/// Content whose reader must not come to its end, because inputs are settled there.
class UnfinishedContent final : public tree::Content {
 public:
  explicit UnfinishedContent(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return text_.size(); }

  [[nodiscard]] std::unique_ptr<Source> open() const override {
    return std::make_unique<Stream>(as_bytes(text_));
  }

 private:
  class Stream final : public Source {
   public:
    explicit Stream(ByteView bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
      const std::size_t count = bytes_.read(buffer);
      if (count == 0 && !buffer.empty()) ADD_FAILURE() << "the content was read to its end";
      return count;
    }

   private:
    MemorySource bytes_;
  };

  std::string text_;
};

/// One ramdisk, number 1 of its image, and a manifest of which only some lines matter.
struct Planned {
  tree::Tree tree{};
  std::vector<layers::Loss> losses{};
  std::vector<layers::NewestFile> newest{};
  bool are_all = true;  ///< there is no raw ramdisk beside it

  Planned& file(const std::string& path, std::string text, std::uint32_t mode = 0644) {
    tree.add(path, {.mode = mode, .content = std::make_shared<UnfinishedContent>(std::move(text))});
    return *this;
  }

  Planned& folder(const std::string& path, std::uint32_t mode) {
    tree.add(path, {.type = tree::EntryType::directory, .mode = mode});
    return *this;
  }

  Planned& symlink(const std::string& path, const std::string& target) {
    tree.add(path, {.type = tree::EntryType::symlink, .target = target});
    return *this;
  }

  /// `image` are lines of [image], `tables` is the manifest's end.
  [[nodiscard]] Findings look(const std::string& tables = "", const std::string& image = "") const {
    const manifest::Manifest manifest = manifest::parse_manifest(
        "[image]\nname = 'x'\narch = 'x86_64'\n" + image + "\n[kernel]\npath = 'k'\n" +
            "[[ramdisk]]\n[[ramdisk.layer]]\nmkdir = '/dev'\n" + tables,
        "enclave.toml");
    Findings findings(manifest);
    Ramdisks ramdisks{.are_all = are_all};
    ramdisks.ramdisks.push_back({.number = 1, .tree = tree, .losses = losses, .newest = newest});
    lint(manifest, ramdisks, findings);
    return findings;
  }

  /// The paths of a rule's findings.
  [[nodiscard]] std::vector<std::string> paths(Rule rule, const std::string& tables = "") const {
    std::vector<std::string> paths;
    const Findings findings = look(tables);
    for (const Finding& finding : findings.of(rule)) paths.push_back(finding.path);
    return paths;
  }

  /// All that is found, as sentences.
  [[nodiscard]] std::vector<std::string> all() const { return look().sentences(); }
};

using Paths = std::vector<std::string>;

}  // namespace reproduce::lint
