#include "reproduce/report/sign.hpp"

#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;

std::string_view name_of(SignDeed deed) {
  switch (deed) {
    case SignDeed::signed_with_key:
      return "signed";
    case SignDeed::attached:
      return "attached";
    case SignDeed::removed:
      return "removed";
    case SignDeed::requested:
      return "requested";
  }
  throw Error(ErrorKind::bug, "unknown deed");
}

std::string opening(const SignedImage& image) {
  const std::string file = quote(image.file) + ", " + counted(image.size, "byte");
  const std::string again = image.replaced ? ", in place of the signature before" : "";
  switch (image.deed) {
    case SignDeed::signed_with_key:
      return "signed " + file + again;
    case SignDeed::attached:
      return "attached the signature: " + file + again;
    case SignDeed::removed:
      return "removed the signature: " + file;
    case SignDeed::requested:
      return "wrote what must be signed to " + file;
  }
  throw Error(ErrorKind::bug, "unknown deed");
}

std::string signer_text(const SignedImage& image) {
  const Certificate& certificate = *image.certificate;
  return "signer   " + printable(words(certificate.subject)) + "\n" +  //
         "valid    " + format_utc(certificate.not_before.time) + " to " +
         format_utc(certificate.not_after.time) + "\n";
}

}  // namespace

std::string sign_text(const SignedImage& image) {
  std::string text = opening(image) + "\n";
  for (const auto& [index, value] : image.registers)
    text += name_of_register(index) + "  " + to_hex(value) + "\n";
  if (image.certificate) text += signer_text(image);
  if (image.deed == SignDeed::requested)
    text += "sign     the file's bytes with " + image.algorithm + "\n" +  //
            "digest   " + image.digest + "\n" +
            "then     `reproduce sign --attach SIGNATURE` with the same image and certificate\n";
  if (image.deed == SignDeed::signed_with_key)
    text += image.deterministic
                ? "again    the same image, certificate and key give these bytes\n"
                : "again    the token draws a new number, which gives other bytes\n";
  return text;
}

std::string sign_json(const SignedImage& image) {
  ordered_json out{{"schema", "reproduce/sign/1"},
                   {"done", name_of(image.deed)},
                   {"file", printable(image.file)},
                   {"size_bytes", image.size},
                   {"pcrs", registers_record(image.registers)},
                   {"certificate", nullptr}};
  if (image.certificate) out["certificate"] = certificate_record(*image.certificate);
  out["replaced"] = image.replaced;
  if (image.deed == SignDeed::signed_with_key) out["deterministic"] = image.deterministic;
  if (image.deed == SignDeed::requested) {
    out["algorithm"] = image.algorithm;
    out["digest"] = image.digest;
  }
  constexpr int indent = 2;
  return dump(out, indent) + "\n";
}

}  // namespace reproduce::report
