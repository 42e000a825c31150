#include "reproduce/content/culprit.hpp"

namespace reproduce::content {

const std::vector<Culprit>& all_culprits() {
  static const std::vector<Culprit> all{Culprit::shadow_day,
                                        Culprit::generated_secret,
                                        Culprit::gzip_header,
                                        Culprit::python_time,
                                        Culprit::debug_information,
                                        Culprit::build_id,
                                        Culprit::library_time,
                                        Culprit::member_time,
                                        Culprit::member_order,
                                        Culprit::builder_owner,
                                        Culprit::compression_parameters,
                                        Culprit::line_order,
                                        Culprit::build_path,
                                        Culprit::embedded_time};
  return all;
}

std::string_view name_of(Culprit culprit) noexcept {
  switch (culprit) {
    case Culprit::shadow_day:
      return "shadow-day";
    case Culprit::generated_secret:
      return "generated-secret";
    case Culprit::gzip_header:
      return "gzip-header";
    case Culprit::python_time:
      return "python-time";
    case Culprit::debug_information:
      return "debug-information";
    case Culprit::build_id:
      return "build-id";
    case Culprit::library_time:
      return "library-time";
    case Culprit::member_time:
      return "member-time";
    case Culprit::member_order:
      return "member-order";
    case Culprit::builder_owner:
      return "builder-owner";
    case Culprit::compression_parameters:
      return "compression-parameters";
    case Culprit::line_order:
      return "line-order";
    case Culprit::build_path:
      return "build-path";
    case Culprit::embedded_time:
      return "embedded-time";
  }
  return "";
}

std::string_view explanation_of(Culprit culprit) noexcept {
  switch (culprit) {
    case Culprit::shadow_day:
      return "a password entry holds the day on which it was last changed, which is the day of the "
             "build";
    case Culprit::generated_secret:
      return "the file holds a random value that was made during the build";
    case Culprit::gzip_header:
      return "a gzip header holds the time, the name of the file, the system or the level of the "
             "compression";
    case Culprit::python_time:
      return "Python byte code holds the time and the size of its source";
    case Culprit::debug_information:
      return "only debug information differs; what runs is the same";
    case Culprit::build_id:
      return "only the ELF build-id differs; the linker makes it of all that it was given";
    case Culprit::library_time:
      return "a static library holds the times, owners or modes of its members";
    case Culprit::member_time:
      return "an archive holds the times of its members";
    case Culprit::member_order:
      return "an archive has its members in another order, often that of a folder on disk";
    case Culprit::builder_owner:
      return "an archive holds the user and the group who built it";
    case Culprit::compression_parameters:
      return "the content is the same, but was compressed by another program, version or level";
    case Culprit::line_order:
      return "the lines are the same in another order, often that of a folder on disk or of a "
             "locale";
    case Culprit::build_path:
      return "the content holds the folder that it was built in";
    case Culprit::embedded_time:
      return "the content holds the time at which it was built";
  }
  return "";
}

std::string_view remedy_of(Culprit culprit) noexcept {
  switch (culprit) {
    case Culprit::shadow_day:
      return "set the third field of each line to a fixed day (`chage -d 0 USER`), or write the "
             "users in the manifest";
    case Culprit::generated_secret:
      return "leave the file out of the image and let the enclave make its own at each start";
    case Culprit::gzip_header:
      return "compress with `gzip -n`, and with one version and level";
    case Culprit::python_time:
      return "leave byte code out (PYTHONDONTWRITEBYTECODE=1), or compile with "
             "`--invalidation-mode unchecked-hash`, or set SOURCE_DATE_EPOCH";
    case Culprit::debug_information:
      return "strip the file, or build with -ffile-prefix-map in a folder of a fixed name";
    case Culprit::build_id:
      return "find what else went into the link, such as paths of object files, or link with "
             "`-Wl,--build-id=none`";
    case Culprit::library_time:
      return "make the library with `ar D` and `ranlib -D`";
    case Culprit::member_time:
      return "make the archive with `tar --mtime=@$SOURCE_DATE_EPOCH`, or set the times of the "
             "files before";
    case Culprit::member_order:
      return "make the archive with `tar --sort=name`, or of a sorted list in the C locale";
    case Culprit::builder_owner:
      return "make the archive with `tar --owner=0 --group=0 --numeric-owner`, or `cpio -R 0:0`";
    case Culprit::compression_parameters:
      return "pin the version and the level of the program that compresses, and its number of "
             "threads";
    case Culprit::line_order:
      return "sort the list where it is made, with LC_ALL=C";
    case Culprit::build_path:
      return "build in a folder of a fixed name, or with -ffile-prefix-map=$PWD=. (Go: -trimpath, "
             "Rust: --remap-path-prefix)";
    case Culprit::embedded_time:
      return "set SOURCE_DATE_EPOCH for the build, or take the time out (__DATE__, __TIME__)";
  }
  return "";
}

}  // namespace reproduce::content
