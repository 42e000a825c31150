#include "reproduce/manifest/input.hpp"

namespace reproduce::manifest {

std::string_view name_of(InputKind kind) noexcept {
  switch (kind) {
    case InputKind::kernel:
      return "kernel";
    case InputKind::kernel_config:
      return "kernel_config";
    case InputKind::cmdline:
      return "cmdline";
    case InputKind::metadata:
      return "metadata";
    case InputKind::signature:
      return "signature";
    case InputKind::certificate:
      return "certificate";
    case InputKind::init:
      return "init";
    case InputKind::nsm:
      return "nsm";
    case InputKind::raw:
      return "raw";
    case InputKind::file:
      return "file";
    case InputKind::attributes:
      return "attributes";
    case InputKind::dir:
      return "dir";
    case InputKind::cpio:
      return "cpio";
    case InputKind::tar:
      return "tar";
    case InputKind::deb:
      return "deb";
    case InputKind::debs:
      return "debs";
    case InputKind::oci:
      return "oci";
    case InputKind::eif:
      return "eif";
  }
  return {};
}

bool is_one_file(InputKind kind) noexcept {
  switch (kind) {
    case InputKind::kernel:
    case InputKind::kernel_config:
    case InputKind::cmdline:
    case InputKind::metadata:
    case InputKind::signature:
    case InputKind::certificate:
    case InputKind::init:
    case InputKind::nsm:
    case InputKind::raw:
    case InputKind::file:
    case InputKind::attributes:
      return true;
    case InputKind::dir:
    case InputKind::cpio:
    case InputKind::tar:
    case InputKind::deb:
    case InputKind::debs:
    case InputKind::oci:
    case InputKind::eif:
      return false;
  }
  return false;
}

std::string_view name_of(Origin origin) noexcept {
  switch (origin) {
    case Origin::path:
      return "path";
    case Origin::url:
      return "url";
    case Origin::command:
      return "command";
    case Origin::registry:
      return "image";
    case Origin::apt:
      return "names";
  }
  return {};
}

bool Input::is_same_as(const Input& other) const {
  return kind == other.kind && origin == other.origin && name == other.name &&
         sha256 == other.sha256 && platform == other.platform && dependencies == other.dependencies;
}

}  // namespace reproduce::manifest
