/// Prints a tree in its canonical text (tree/digest.hpp), NULs as tabs, so that scripts can
/// compare it with the tree that another tool unpacks.
///
///     reproduce_print_tree dir FOLDER
///     reproduce_print_tree tar FILE
///     reproduce_print_tree layers FILE...
///     reproduce_print_tree oci FOLDER-OR-FILE [sha256 DIGITS | platform PLATFORM]

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/layers/directory.hpp"
#include "reproduce/layers/flatten.hpp"
#include "reproduce/layers/oci.hpp"
#include "reproduce/layers/tar.hpp"
#include "reproduce/tree/digest.hpp"

namespace {

using namespace reproduce;

class Tabbed final : public Sink {
 public:
  void write(ByteView bytes) override {
    std::string text(as_text(bytes));
    std::replace(text.begin(), text.end(), '\0', '\t');
    std::cout << text;
  }
};

Sha256Digest digest_of(const tree::Content& content) {
  Sha256 state;
  Bytes buffer(chunk_size);
  const auto source = content.open();
  while (const std::size_t count = source->read(buffer))
    state.update(ByteView(buffer).first(count));
  return std::move(state).finish();
}

layers::OciChoice choice_of(const std::vector<std::string>& words) {
  layers::OciChoice choice;
  if (words.size() < 4) return choice;
  if (words[2] == "platform") {
    choice.platform = words[3];
  } else {
    const auto bytes = from_hex(words[3]);
    choice.digest.emplace();
    if (bytes && bytes->size() == choice.digest->size())
      std::copy(bytes->begin(), bytes->end(), choice.digest->begin());
  }
  return choice;
}

layers::Layer read(const std::vector<std::string>& words) {
  const std::filesystem::path scratch = std::filesystem::temp_directory_path();
  const std::string& kind = words.at(0);
  if (kind == "dir") return layers::read_directory(words.at(1), std::nullopt);
  if (kind == "tar") {
    FileSource archive(words.at(1));
    return layers::read_tar(archive, scratch);
  }
  if (kind == "layers") {
    layers::Flattener flattener(scratch);
    for (std::size_t i = 1; i < words.size(); ++i) {
      FileSource layer(words[i]);
      (void)flattener.apply(layer);
    }
    return std::move(flattener).finish();
  }
  layers::OciImage image = layers::read_oci(words.at(1), scratch, choice_of(words));
  std::cerr << image.bytes_read << " bytes read\n";
  return std::move(image.layer);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const layers::Layer layer = read({argv + 1, argv + argc});
    Tabbed out;
    tree::write_canonical(layer.tree, digest_of, out);
    for (const layers::Loss& loss : layer.losses)
      std::cerr << "lost: " << loss.path << ": " << loss.what << '\n';
    return 0;
  } catch (const Error& error) {
    const ErrorContext& context = error.context();
    std::cerr << error.what() << "; " << context.file << "; expected " << context.expected
              << "; got " << context.got << '\n';
    return 2 + static_cast<int>(error.kind());
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
