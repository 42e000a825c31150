// Makes an attestation document for given registers under a throw-away root:
// for examples and tests, which cannot ask a Nitro hypervisor for one. It
// proves nothing about any enclave; no genuine root will ever vouch for it.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/forge.hpp"
#include <CLI/CLI.hpp>

#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"

namespace {

using reproduce::Bytes;
using reproduce::UnixSeconds;

struct Options {
  std::vector<std::string> pcrs;
  std::string time, nonce, user_data, root_out, document_out;
  std::uint64_t count = 0;     ///< many documents, into a folder
  std::uint64_t enclaves = 1;  ///< that they are of
  bool nitrotpm = false;
};

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument(what);
}

UnixSeconds time_of(const std::string& text) {
  if (text.empty())
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  const std::optional<UnixSeconds> time = reproduce::parse_rfc3339(text);
  if (!time) refuse("--time is not RFC 3339: " + text);
  return *time;
}

/// INDEX=HEX
void set_register(reproduce::test::Forgery& forgery, const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto index = reproduce::parse_decimal(text.substr(0, equals));
  const auto value =
      equals == std::string::npos ? std::nullopt : reproduce::from_hex(text.substr(equals + 1));
  if (!index || *index > 31 || !value || value->size() != 48)
    refuse("--pcr is not INDEX=HEX with 96 digits: " + text);
  forgery.pcrs[static_cast<std::uint32_t>(*index)] = *value;
}

void publish(const std::string& path, reproduce::ByteView bytes) {
  reproduce::AtomicFile file{std::filesystem::path(path)};
  file.write(bytes);
  file.publish();
}

/// Hexadecimal into an optional field.
void set_field(reproduce::test::Forgery& forgery, const std::string& key, const std::string& text) {
  if (text.empty()) return;
  const std::optional<Bytes> value = reproduce::from_hex(text);
  if (!value) refuse(key + " is not hexadecimal: " + text);
  forgery.edit_payload = [key, value,
                          before = forgery.edit_payload](reproduce::test::Payload& payload) {
    if (before) before(payload);
    payload.set(key, reproduce::test::cbor_bytes(*value));
  };
}

/// Documents of several enclaves that run side by side, each with a leaf of its own.
void forge_many(const Options& options, reproduce::test::Forgery& forgery) {
  reproduce::test::Issued issued = issue(forgery);
  publish(options.root_out, reproduce::as_bytes(reproduce::test::to_pem(issued.certificates[0])));
  const std::filesystem::path folder(options.document_out);
  std::filesystem::create_directories(folder);
  const std::uint64_t each = (options.count + options.enclaves - 1) / options.enclaves;
  for (std::uint64_t at = 0; at < options.count; ++at) {
    if (at != 0 && at % each == 0) renew_leaf(issued, forgery);
    set_field(forgery, "nonce", reproduce::to_hex(reproduce::as_bytes(std::to_string(at))));
    const std::string number = std::to_string(1'000'000 + at).substr(1);
    const Bytes document = forge(forgery, issued).document;
    std::ofstream out(folder / (number + ".cbor"), std::ios::binary);
    out << reproduce::as_text(document);
    if (!out.flush()) refuse("cannot write into " + folder.string());
  }
}

void run(const Options& options) {
  reproduce::test::Forgery forgery(time_of(options.time));
  for (const std::string& pcr : options.pcrs) set_register(forgery, pcr);
  if (options.nitrotpm) make_nitrotpm(forgery);
  set_field(forgery, "nonce", options.nonce);
  set_field(forgery, "user_data", options.user_data);
  if (options.count != 0) {
    forge_many(options, forgery);
    return;
  }
  const reproduce::test::Forged forged = reproduce::test::forge(forgery);
  publish(options.root_out, reproduce::as_bytes(reproduce::test::to_pem(forged.root)));
  publish(options.document_out, forged.document);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options options;
    CLI::App app("Makes an attestation document under a throw-away root, for tests.");
    app.add_option("--pcr", options.pcrs, "INDEX=HEX; may be repeated")->take_all();
    app.add_option("--time", options.time, "the document's time, RFC 3339 (default: now)");
    app.add_option("--nonce", options.nonce, "the document's nonce, hexadecimal");
    app.add_option("--user-data", options.user_data, "its user_data, hexadecimal");
    app.add_flag("--nitrotpm", options.nitrotpm, "a NitroTPM document of an instance");
    app.add_option("--count", options.count, "so many documents; --out is a folder");
    app.add_option("--enclaves", options.enclaves, "how many enclaves they are of");
    app.add_option("--root-out", options.root_out, "where the root goes, PEM")->required();
    app.add_option("--out", options.document_out, "where the document goes, CBOR")->required();
    CLI11_PARSE(app, argc, argv);
    run(options);
    return 0;
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
}
