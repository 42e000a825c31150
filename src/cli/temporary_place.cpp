#include "temporary_place.hpp"

#include <cstdlib>

namespace reproduce::cli {

// Not std::filesystem::temp_directory_path(), which throws where there is none, also when nothing
// is to be made there.
std::filesystem::path temporary_place() {
  for (const char* name : {"TMPDIR", "TMP", "TEMP", "TEMPDIR"}) {
    const char* const place = ::secure_getenv(name);  // NOLINT(concurrency-mt-unsafe): only read
    if (place != nullptr && *place != '\0') return place;
  }
  return "/tmp";
}

}  // namespace reproduce::cli
