/// Pins of every form, as text and back.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/manifest/lock.hpp"

namespace reproduce::manifest {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t some_size = 12345;

Sha256Digest filled(std::uint8_t byte) {
  Sha256Digest digest{};
  digest.fill(byte);
  return digest;
}

Pin pin(InputKind kind, Origin origin, const std::string& name, PinForm form) {
  return {.kind = kind,
          .origin = origin,
          .name = name,
          .form = form,
          .size = some_size,
          .digest = form == PinForm::packages ? Sha256Digest{} : filled(0x42),
          .entries = form == PinForm::tree ? 7U : 0U};
}

PackagePin package(const std::string& name) {
  return {.name = name,
          .version = "1:2.3-4+b1",
          .architecture = "amd64",
          .source = "src (1:2.3-4)",
          .file = "pool/main/s/src/" + name + "_2.3-4+b1_amd64.deb",
          .size = 99,
          .digest = filled(0x17)};
}

Lock lock_with(Pin one) {
  Lock lock;
  lock.writers = {{"eif", "eif/4"}};
  lock.inputs = {std::move(one)};
  lock.image.sections = {{"kernel", 1}};
  return lock;
}

struct Case {
  Pin pin;
  std::string place;   ///< the line that says where it lies
  std::string digest;  ///< the key of its digest
};

std::vector<Case> cases() {
  Pin packages = pin(InputKind::debs, Origin::apt, "a b=1", PinForm::packages);
  packages.packages = {package("a"), package("libb")};
  return {
      {pin(InputKind::kernel, Origin::url, "https://host/k", PinForm::file),
       "\"url\": \"https://host/k\"", "sha256"},
      {pin(InputKind::init, Origin::path, "init", PinForm::file), "\"path\": \"init\"", "sha256"},
      {pin(InputKind::nsm, Origin::command, "make", PinForm::file), "\"command\": \"make\"",
       "sha256"},
      {pin(InputKind::dir, Origin::path, "rootfs", PinForm::tree), "\"path\": \"rootfs\"",
       "tree_sha256"},
      {pin(InputKind::dir, Origin::command, "make", PinForm::file), "\"command\": \"make\"",
       "sha256"},
      {pin(InputKind::tar, Origin::path, "t.tar", PinForm::file), "\"path\": \"t.tar\"", "sha256"},
      {pin(InputKind::deb, Origin::url, "https://host/d", PinForm::file),
       "\"url\": \"https://host/d\"", "sha256"},
      {pin(InputKind::eif, Origin::path, "old.eif", PinForm::file), "\"path\": \"old.eif\"",
       "sha256"},
      {pin(InputKind::oci, Origin::path, "image", PinForm::manifest), "\"path\": \"image\"",
       "manifest_sha256"},
      {pin(InputKind::oci, Origin::path, "saved.tar", PinForm::config), "\"path\": \"saved.tar\"",
       "config_sha256"},
      {pin(InputKind::oci, Origin::registry, "docker://h/n:t", PinForm::manifest),
       "\"image\": \"docker://h/n:t\"", "manifest_sha256"},
      {pin(InputKind::oci, Origin::url, "https://host/i.tar", PinForm::file),
       "\"url\": \"https://host/i.tar\"", "sha256"},
      {packages, "\"names\": \"a b=1\"", "packages"},
  };
}

Error refusal_of(const std::string& text) {
  try {
    (void)parse_lock(text, "enclave.lock");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error;
  }
  ADD_FAILURE() << "accepted: " << text;
  return {ErrorKind::bug, "accepted"};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in " << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(LockPins, OfEveryFormAreReadAsTheyWereWritten) {
  for (const Case& c : cases()) {
    const Lock lock = lock_with(c.pin);
    const std::string text = write_lock(lock);
    EXPECT_THAT(text, HasSubstr(c.place));
    EXPECT_THAT(text, HasSubstr("\"" + c.digest + "\": "));
    EXPECT_EQ(parse_lock(text, "enclave.lock"), lock) << text;
  }
}

TEST(LockPins, RefuseAnInputThatLiesNowhereOrInTwoPlaces) {
  for (const Case& c : cases()) {
    const std::string text = write_lock(lock_with(c.pin));
    (void)refusal_of(replaced(text, c.place + ",", ""));
    (void)refusal_of(replaced(text, c.place, c.place + ", \"elsewhere\": \"x\""));
    const std::string second = c.pin.origin == Origin::url ? "path" : "url";
    (void)refusal_of(replaced(text, c.place, c.place + ", \"" + second + "\": \"x\""));
  }
}

TEST(LockPins, RefuseADigestOfAnotherForm) {
  for (const Case& c : cases()) {
    const std::string text = write_lock(lock_with(c.pin));
    const std::size_t inputs = text.find("\"inputs\"");
    const std::string rest = text.substr(inputs);
    (void)refusal_of(text.substr(0, inputs) + replaced(rest, "\"" + c.digest + "\"", "\"sha512\""));
  }
}

TEST(LockPins, RefusePackagesThatLackAnything) {
  const std::string text = write_lock(lock_with(cases().back().pin));
  const std::size_t packages = text.find("\"packages\"");
  for (const std::string key :
       {"name", "version", "architecture", "source", "file", "size_bytes", "sha256"}) {
    const Error error = refusal_of(text.substr(0, packages) +
                                   replaced(text.substr(packages), "\"" + key + "\"", "\"other\""));
    EXPECT_THAT(error.context().where, HasSubstr("inputs[0].packages[0]")) << key;
  }
}

}  // namespace
}  // namespace reproduce::manifest
