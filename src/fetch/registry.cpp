#include "reproduce/fetch/registry.hpp"

#include <algorithm>
#include <utility>

#include "image_manifest.hpp"
#include "location.hpp"

#include "reproduce/base/checked.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::fetch {
namespace {

std::string address_of(const ImageReference& reference) {
  return reference.host + "/" + reference.name;
}

std::string text_of(const ImageReference& reference) {
  const std::string end =
      reference.digest ? "@sha256:" + to_hex(*reference.digest) : ":" + reference.tag;
  return "docker://" + address_of(reference) + end;
}

std::string host_without_port(const std::string& host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

/// skopeo's words for a registry, which differ by verb: inspect knows --authfile, copy
/// --src-authfile.
std::vector<std::string> access_options(const ImageReference& reference,
                                        const RegistrySettings& settings,
                                        const std::string& prefix) {
  std::vector<std::string> words;
  if (!settings.auth_file.empty())
    words.push_back("--" + prefix + "authfile=" + settings.auth_file.string());
  if (!settings.certificates.empty())
    words.push_back("--" + prefix + "cert-dir=" + settings.certificates.string());
  const bool may_be_plain =
      settings.certificates.empty() && is_loopback_host(host_without_port(reference.host));
  words.push_back("--" + prefix + "tls-verify=" + (may_be_plain ? "false" : "true"));
  return words;
}

/// One image on its way from its registry.
class Fetch {
 public:
  Fetch(const store::Store& store, const ImageReference& reference,
        const RegistrySettings& settings)
      : store_(store),
        reference_(reference),
        settings_(settings),
        scratch_(settings.scratch_folder, scratch_name) {}

  /// A manifest's bytes, out of the store where it has them.
  Bytes manifest(const ImageReference& which, store::Object& object) const {
    if (which.digest && has(*which.digest)) {
      object = store_.find(*which.digest).value_or(store::Object{});
      return read_object(*which.digest, "manifest");
    }
    std::vector<std::string> words{"--insecure-policy", "inspect", "--raw"};
    append(words, access_options(which, settings_, ""));
    words.push_back(text_of(which));
    Bytes bytes = run(words, which).out;
    if (bytes.size() > largest_manifest)
      throw Error(ErrorKind::malformed, "the manifest is too large", {.file = text_of(which)});
    const Sha256Digest got = sha256(bytes);
    MemorySource source(bytes);
    object = store_.add_expected(source, which.digest.value_or(got));
    return bytes;
  }

  /// Brings what is missing of these blobs.
  void blobs(const Sha256Digest& manifest, const ImageManifest& image,
             const OnProgress& on_progress) const {
    std::vector<store::Object> all{image.config};
    all.insert(all.end(), image.layers.begin(), image.layers.end());
    std::uint64_t total = 0;
    for (const store::Object& blob : all) total = checked_add(total, blob.size, "the image's size");
    if (total > settings_.size_limit)
      throw Error(ErrorKind::environment, "the image is too large",
                  {.file = text_of(reference_),
                   .expected = "at most " + std::to_string(settings_.size_limit) + " bytes",
                   .got = std::to_string(total)});
    std::erase_if(all, [this](const store::Object& blob) { return has(blob.digest); });
    if (all.empty()) return;
    if (on_progress) on_progress({text_of(reference_), 0, total});
    const std::filesystem::path folder = copy_to_folder(manifest);
    for (const store::Object& blob : all) keep(folder, blob);
    if (on_progress) on_progress({text_of(reference_), total, total});
  }

  [[nodiscard]] Bytes read_object(const Sha256Digest& digest, std::string_view what) const {
    const auto source = store_.open(digest);
    return read_all(*source, largest_manifest, what);
  }

 private:
  static void append(std::vector<std::string>& words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
  }

  [[nodiscard]] bool has(const Sha256Digest& digest) const {
    return store_.examine(digest) == store::State::intact;
  }

  [[nodiscard]] Output run(std::vector<std::string> words, const ImageReference& which) const {
    words.insert(words.begin(), "--tmpdir=" + scratch_.make("tmp").string());
    Output output = run_program(
        {.program = "skopeo",
         .arguments = std::move(words),
         .folder = scratch_.path(),
         .hint_when_missing = "images of registries need skopeo (package skopeo); or save "
                              "the image to a file and name its path"},
        settings_.programs);
    if (output.exit_status != 0)
      throw Error(ErrorKind::environment, "skopeo cannot get the image",
                  {.file = text_of(which),
                   .got = summary_of(output.errors),
                   .hint = "check host, name and tag or digest; for a registry that wants to know "
                           "who asks, run `skopeo login` first"});
    return output;
  }

  /// In skopeo's `dir:` form: every blob in a file of its digest, nothing converted.
  [[nodiscard]] std::filesystem::path copy_to_folder(const Sha256Digest& manifest) const {
    ImageReference which = reference_;
    which.digest = manifest;
    std::filesystem::path folder = scratch_.make("image");
    std::vector<std::string> words{"--insecure-policy", "copy", "--quiet", "--preserve-digests"};
    append(words, access_options(which, settings_, "src-"));
    words.push_back(text_of(which));
    words.push_back("dir:" + folder.string());
    (void)run(words, which);
    return folder;
  }

  void keep(const std::filesystem::path& folder, const store::Object& blob) const {
    FileSource source(folder / to_hex(blob.digest));
    if (source.size() != blob.size)
      throw Error(ErrorKind::untrusted, "a blob of the image has another size",
                  {.file = text_of(reference_),
                   .where = "sha256:" + to_hex(blob.digest),
                   .expected = std::to_string(blob.size) + " bytes",
                   .got = std::to_string(source.size().value_or(0))});
    (void)store_.add_expected(source, blob.digest);
  }

  const store::Store& store_;
  const ImageReference& reference_;
  const RegistrySettings& settings_;
  TemporaryFolder scratch_;
};

[[noreturn]] void refuse_reference(std::string_view text, const std::string& why) {
  throw Error(ErrorKind::usage, "the image " + quote(text.substr(0, 300)) + " " + why,
              {.expected = "docker://HOST[:PORT]/NAME[:TAG][@sha256:DIGEST]"});
}

bool is_made_of(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || more.find(c) != more.npos;
  });
}

constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

}  // namespace

ImageReference parse_image_reference(std::string_view text) {
  constexpr std::string_view scheme = "docker://";
  constexpr std::string_view algorithm = "@sha256:";
  if (!text.starts_with(scheme)) refuse_reference(text, "does not start with docker://");
  std::string_view rest = text.substr(scheme.size());
  ImageReference reference;
  if (const auto at = rest.find('@'); at != rest.npos) {
    const std::string_view digest = rest.substr(at);
    Sha256Digest value{};
    const auto bytes =
        digest.starts_with(algorithm) ? from_hex(digest.substr(algorithm.size())) : std::nullopt;
    if (!bytes || bytes->size() != value.size()) refuse_reference(text, "has no proper digest");
    std::copy(bytes->begin(), bytes->end(), value.begin());
    reference.digest = value;
    rest = rest.substr(0, at);
  }
  const auto slash = rest.find('/');
  if (slash == rest.npos) refuse_reference(text, "names no host");
  reference.host = rest.substr(0, slash);
  rest.remove_prefix(slash + 1);
  // Without one of these, every tool would read another host into it.
  const bool is_host =
      reference.host.find_first_of(".:") != std::string::npos || reference.host == "localhost";
  if (!is_host || !is_made_of(reference.host, std::string(capitals) + ".:-[]") ||
      reference.host.front() == '-')
    refuse_reference(text, "names no host");
  if (const auto colon = rest.rfind(':'); colon != rest.npos) {
    reference.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    constexpr std::size_t longest_tag = 128;
    if (reference.tag.size() > longest_tag ||
        !is_made_of(reference.tag, std::string(capitals) + "_.-"))
      refuse_reference(text, "has no proper tag");
  } else if (!reference.digest) {
    reference.tag = "latest";
  }
  reference.name = rest;
  if (!is_made_of(rest, "._-/") || rest.front() == '/' || rest.back() == '/' ||
      rest.find("//") != rest.npos || rest.find("..") != rest.npos)
    refuse_reference(text, "has no proper name");
  return reference;
}

RegistryImage fetch_image(const store::Store& store, const ImageReference& reference,
                          const Platform& platform, const RegistrySettings& settings,
                          const OnProgress& on_progress) {
  const Fetch fetch(store, reference, settings);
  RegistryImage result;
  auto parsed = parse_manifest(fetch.manifest(reference, result.top));
  result.manifest = result.top;
  if (const auto* const index = std::get_if<ImageIndex>(&parsed)) {
    ImageReference child = reference;
    child.digest = choose(*index, platform).manifest.digest;
    parsed = parse_manifest(fetch.manifest(child, result.manifest));
  }
  const auto* const image = std::get_if<ImageManifest>(&parsed);
  if (image == nullptr)
    throw Error(ErrorKind::malformed, "an index of the image leads to another index",
                {.file = text_of(reference)});
  fetch.blobs(result.manifest.digest, *image, on_progress);
  const Platform offered = platform_of_config(fetch.read_object(image->config.digest, "config"));
  // The variant stands in the index; many configs leave it out.
  if (!matches({platform.os, platform.architecture, ""}, offered))
    throw Error(ErrorKind::usage, "the image is not made for " + text_of(platform),
                {.file = text_of(reference), .got = printable(text_of(offered))});
  result.config = image->config;
  result.layers = image->layers;
  return result;
}

}  // namespace reproduce::fetch
