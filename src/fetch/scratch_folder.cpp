#include "scratch_folder.hpp"

#include <cerrno>
#include <string>

#include <stdlib.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::fetch {

ScratchFolder::ScratchFolder(const std::filesystem::path& parent) {
  std::string name = (parent / "reproduce-fetch.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw_io_error("create a folder in", parent.string(), errno);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path ScratchFolder::make(const std::string& name) const {
  std::filesystem::path folder = path_ / name;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw_io_error("create", folder.string(), error.value());
  return folder;
}

}  // namespace reproduce::fetch
