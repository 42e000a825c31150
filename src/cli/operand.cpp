#include "operand.hpp"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "temporary_place.hpp"

#include "reproduce/base/stream.hpp"

namespace reproduce::cli {
namespace {

UniqueFd open_descriptor(const std::string& operand) {
  const int fd = operand == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                : ::open(operand.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_io_error("open", operand_name(operand), errno);
  return UniqueFd(fd);
}

}  // namespace

std::string operand_name(const std::string& operand) {
  return operand == "-" ? "standard input" : operand;
}

std::unique_ptr<FileSource> open_operand(const std::string& operand) {
  return std::make_unique<FileSource>(open_descriptor(operand), operand_name(operand));
}

UniqueFd open_seekable_descriptor(const std::string& operand) {
  const std::string name = operand_name(operand);
  const std::unique_ptr<FileSource> source = open_operand(operand);
  if (source->size()) return open_descriptor(operand);
  UniqueFd spool = open_scratch_file(temporary_place());
  DescriptorSink sink(spool.get(), "the scratch file for " + name);
  copy(*source, sink);
  if (::lseek(spool.get(), 0, SEEK_SET) != 0) throw_io_error("read", name, errno);
  return spool;
}

std::unique_ptr<RandomAccess> open_seekable_operand(const std::string& operand) {
  return std::make_unique<RandomAccessFile>(open_seekable_descriptor(operand),
                                            operand_name(operand));
}

}  // namespace reproduce::cli
