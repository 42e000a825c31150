#include "command_output.hpp"

#include <filesystem>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/cpio/writer.hpp"
#include "reproduce/layers/directory.hpp"
#include "reproduce/sandbox/command.hpp"

namespace reproduce::resolve {
namespace {

namespace fs = std::filesystem;

store::Object keep_file(const fs::path& path, const store::Store& store) {
  FileSource source(path);
  return store.add(source);
}

/// Through a scratch file, since the store takes what it can read.
store::Object keep_folder(const fs::path& path, const store::Store& store, const Settings& settings,
                          std::vector<std::string>& notes) {
  const layers::Layer layer = layers::read_directory(path);
  if (!layer.losses.empty())
    notes.push_back(layers::describe_losses(path.string(), "an archive", layer.losses.front(),
                                            layer.losses.size()));
  UniqueFd scratch = open_scratch_file(settings.scratch_folder);
  DescriptorSink sink(scratch.get(), "scratch file");
  cpio::write_archive(layer.tree, 0, sink);
  RandomAccessFile archive(std::move(scratch), "scratch file");
  RangeSource source(archive, 0, archive.size());
  return store.add(source);
}

[[noreturn]] void refuse_output(const manifest::Command& command, const fs::path& output,
                                const char* expected, const char* got) {
  throw Error(ErrorKind::environment,
              "the command " + quote(command.name) + " has not made its output",
              {.file = output.string(), .expected = expected, .got = got});
}

}  // namespace

CommandOutput run_and_keep(const manifest::Manifest& manifest, const manifest::Command& command,
                           bool wants_folder, const store::Store& store, const Settings& settings) {
  const fs::path folder = manifest.file.parent_path() / command.folder;
  const sandbox::Report report =
      sandbox::run_command({.mode = settings.sandbox,
                            .argv = command.run,
                            .folder = folder,
                            .temporary = settings.scratch_folder,
                            .environment = command.env,
                            .source_date_epoch = manifest.image.source_date_epoch,
                            .network = command.network});
  CommandOutput result;
  for (const std::string& missing : report.missing)
    result.notes.push_back("the command " + quote(command.name) + " ran without " + missing);
  const fs::path output = folder / command.output;
  std::error_code unreadable;
  const fs::file_status status = fs::status(output, unreadable);
  if (!fs::exists(status)) refuse_output(command, output, "a file or folder", "nothing");
  if (wants_folder && !fs::is_directory(status))
    refuse_output(command, output, "a folder", "no folder");
  if (!wants_folder && !fs::is_regular_file(status))
    refuse_output(command, output, "a regular file", "no regular file");
  result.object =
      wants_folder ? keep_folder(output, store, settings, result.notes) : keep_file(output, store);
  return result;
}

}  // namespace reproduce::resolve
