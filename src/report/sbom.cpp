#include "reproduce/report/sbom.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;
using sbom::ListedFile;
using sbom::ListedPackage;

constexpr int indent = 2;

std::string image_digest(const SbomSubject& subject) {
  return to_hex(subject.image.file_sha256.value_or(Sha256Digest{}));
}

/// The time of the image, as SPDX wants it: UTC, to the second.
std::string created(const SbomSubject& subject) {
  std::optional<UnixSeconds> time;
  if (subject.image.metadata) time = parse_rfc3339(subject.image.metadata->build_time);
  return format_utc(time.value_or(0));
}

/// What a reader of the list must know of what is not in it.
std::vector<std::string> gaps(const sbom::Inventory& inventory) {
  std::vector<std::string> all = inventory.unread;
  if (!inventory.stop.empty())
    all.push_back("the kernel stops unpacking before the end: " + printable(inventory.stop));
  return all;
}

/// A list of one, which braces alone might take for the one.
ordered_json list_of(ordered_json one) {
  ordered_json list = ordered_json::array();
  list.push_back(std::move(one));
  return list;
}

ordered_json spdx_checksum(const char* algorithm, const std::string& value) {
  return {{"algorithm", algorithm}, {"checksumValue", value}};
}

/// SPDX 2.3, section 7.9: the SHA-1 of the files' SHA-1s in hexadecimal, in order, one behind the
/// other.
std::string verification_code(const std::vector<ListedFile>& files) {
  std::vector<std::string> digests;
  digests.reserve(files.size());
  for (const ListedFile& file : files) digests.push_back(to_hex(file.sha1));
  std::sort(digests.begin(), digests.end());
  Sha1 all;
  for (const std::string& digest : digests) all.update(as_bytes(digest));
  return to_hex(std::move(all).finish());
}

/// A package that contains files has them analysed, and then a verification code; one that has
/// none of either says so (sections 7.8 and 7.9).
ordered_json spdx_image(const SbomSubject& subject) {
  const std::vector<ListedFile>& files = subject.inventory.files;
  ordered_json out{{"SPDXID", "SPDXRef-Image"},
                   {"name", printable(subject.name)},
                   {"downloadLocation", "NOASSERTION"},
                   {"filesAnalyzed", !files.empty()}};
  if (!files.empty())
    out["packageVerificationCode"] = {{"packageVerificationCodeValue", verification_code(files)}};
  out["checksums"] = list_of(spdx_checksum("SHA256", image_digest(subject)));
  out["primaryPackagePurpose"] = "OPERATING-SYSTEM";
  return out;
}

/// Section 7.5 has an address in parentheses, where databases have `Name <address>`.
std::string spdx_agent(std::string_view maintainer) {
  const std::size_t open = maintainer.rfind(" <");
  if (open == std::string_view::npos || !maintainer.ends_with('>'))
    return "Organization: " + printable(maintainer);
  const std::string_view address = maintainer.substr(open + 2, maintainer.size() - open - 3);
  return "Organization: " + printable(maintainer.substr(0, open)) + " (" + printable(address) + ")";
}

ordered_json spdx_package(const ListedPackage& listed, const std::string& id) {
  const sbom::Package& package = listed.package;
  ordered_json out{{"SPDXID", id},
                   {"name", printable(package.name)},
                   {"versionInfo", printable(package.version)},
                   {"downloadLocation", "NOASSERTION"},
                   {"filesAnalyzed", false}};
  if (!package.supplier.empty()) out["supplier"] = spdx_agent(package.supplier);
  if (!package.source.empty())
    out["sourceInfo"] = "built from the source package " + printable(package.source);
  out["comment"] = "listed in " + printable(listed.database);
  out["externalRefs"] =
      list_of({{"referenceCategory", "PACKAGE-MANAGER"},
               {"referenceType", "purl"},
               {"referenceLocator", sbom::package_url(package, listed.distribution)}});
  return out;
}

ordered_json spdx_file(const ListedFile& file, const std::string& id) {
  ordered_json checksums = list_of(spdx_checksum("SHA1", to_hex(file.sha1)));
  checksums.push_back(spdx_checksum("SHA256", to_hex(file.sha256)));
  return {{"SPDXID", id},
          {"fileName", "./" + printable(file.path)},
          {"checksums", std::move(checksums)}};
}

ordered_json relationship(const std::string& from, const char* type, const std::string& to) {
  return {{"spdxElementId", from}, {"relationshipType", type}, {"relatedSpdxElement", to}};
}

ordered_json cyclonedx_package(const ListedPackage& listed, const std::string& reference) {
  const sbom::Package& package = listed.package;
  ordered_json out{{"type", "library"},
                   {"bom-ref", reference},
                   {"name", printable(package.name)},
                   {"version", printable(package.version)}};
  if (!package.supplier.empty()) out["publisher"] = printable(package.supplier);
  out["purl"] = sbom::package_url(package, listed.distribution);
  out["properties"] =
      list_of({{"name", "reproduce:database"}, {"value", printable(listed.database)}});
  return out;
}

ordered_json cyclonedx_file(const ListedFile& file, const std::string& reference) {
  return {{"type", "file"},
          {"bom-ref", reference},
          {"name", printable(file.path)},
          {"hashes", list_of({{"alg", "SHA-256"}, {"content", to_hex(file.sha256)}})}};
}

}  // namespace

std::string spdx_json(const SbomSubject& subject) {
  const std::string digest = image_digest(subject);
  ordered_json out{{"spdxVersion", "SPDX-2.3"},
                   {"dataLicense", "CC0-1.0"},
                   {"SPDXID", "SPDXRef-DOCUMENT"},
                   {"name", printable(subject.name)},
                   {"documentNamespace", "https://spdx.org/spdxdocs/enclave-image-" + digest},
                   {"creationInfo",
                    {{"created", created(subject)},
                     {"creators", list_of("Tool: reproduce-" + subject.tool_version)}}}};
  std::string comment;
  for (const std::string& gap : gaps(subject.inventory))
    comment += (comment.empty() ? "" : "; ") + gap;
  if (!comment.empty()) out["comment"] = comment;
  out["packages"] = list_of(spdx_image(subject));
  out["files"] = ordered_json::array();
  ordered_json relationships =
      list_of(relationship("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"));
  for (std::size_t i = 0; i < subject.inventory.packages.size(); ++i) {
    const std::string id = "SPDXRef-Package-" + std::to_string(i);
    out["packages"].push_back(spdx_package(subject.inventory.packages[i], id));
    relationships.push_back(relationship("SPDXRef-Image", "CONTAINS", id));
  }
  for (std::size_t i = 0; i < subject.inventory.files.size(); ++i) {
    const std::string id = "SPDXRef-File-" + std::to_string(i);
    out["files"].push_back(spdx_file(subject.inventory.files[i], id));
    relationships.push_back(relationship("SPDXRef-Image", "CONTAINS", id));
  }
  out["relationships"] = std::move(relationships);
  return dump(out, indent) + "\n";
}

std::string cyclonedx_json(const SbomSubject& subject) {
  const ordered_json tool{
      {"type", "application"}, {"name", "reproduce"}, {"version", subject.tool_version}};
  ordered_json metadata{
      {"tools", {{"components", list_of(tool)}}},
      {"component",
       {{"type", "operating-system"},
        {"bom-ref", "image"},
        {"name", printable(subject.name)},
        {"hashes", list_of({{"alg", "SHA-256"}, {"content", image_digest(subject)}})}}}};
  const std::vector<std::string> missing = gaps(subject.inventory);
  if (!missing.empty()) metadata["properties"] = ordered_json::array();
  for (const std::string& gap : missing)
    metadata["properties"].push_back({{"name", "reproduce:not-read"}, {"value", gap}});
  ordered_json out{{"bomFormat", "CycloneDX"},
                   {"specVersion", "1.5"},
                   {"version", 1},
                   {"metadata", std::move(metadata)},
                   {"components", ordered_json::array()}};
  for (std::size_t i = 0; i < subject.inventory.packages.size(); ++i)
    out["components"].push_back(
        cyclonedx_package(subject.inventory.packages[i], "package-" + std::to_string(i)));
  for (std::size_t i = 0; i < subject.inventory.files.size(); ++i)
    out["components"].push_back(
        cyclonedx_file(subject.inventory.files[i], "file-" + std::to_string(i)));
  return dump(out, indent) + "\n";
}

}  // namespace reproduce::report
