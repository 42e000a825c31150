// Signs an image, for tests that need a signed one:
//
//     reproduce_sign_image IMAGE SIGNED_IMAGE
//
// Copies IMAGE and adds, as its last section, a signature over its PCR0 by a fresh key on P-384,
// laid out as AWS's tools lay it out. The key is thrown away, so what is signed proves nothing
// about who did it.

#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "support/image_signature.hpp"

#include "reproduce/base/file.hpp"
#include "reproduce/eif/reader.hpp"
#include "reproduce/eif/writer.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace {

using reproduce::eif::SectionType;

reproduce::Sha384Digest pcr0_of(const std::filesystem::path& path) {
  reproduce::FileSource image(path);
  const auto measured = reproduce::measure::measure_image(image);
  if (measured.signature) throw std::invalid_argument("the image is signed already");
  return measured.registers.at(0);
}

void copy_sections(const std::filesystem::path& path, reproduce::eif::ImageWriter& out) {
  reproduce::FileSource image(path);
  reproduce::eif::ImageReader reader(image);
  std::array<std::uint8_t, reproduce::chunk_size> buffer{};
  while (const std::optional<reproduce::eif::Section> section = reader.next_section()) {
    out.begin_section(section->type);
    while (const std::size_t count = reader.read_payload(buffer))
      out.write(reproduce::ByteView(buffer).first(count));
    out.end_section();
  }
  reader.finish();
}

void sign(const std::filesystem::path& path, const std::filesystem::path& signed_path) {
  const reproduce::test::ImageSignature signature{.value = pcr0_of(path)};
  reproduce::AtomicFile file(signed_path);
  reproduce::eif::ImageWriter out(file, {.arch = reproduce::eif::Arch::x86_64});
  copy_sections(path, out);
  out.begin_section(SectionType::signature);
  out.write(signature.bytes());
  out.end_section();
  (void)std::move(out).finish();
  file.publish();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::invalid_argument("usage: reproduce_sign_image IMAGE SIGNED_IMAGE");
    sign(argv[1], argv[2]);
    return 0;
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
}
