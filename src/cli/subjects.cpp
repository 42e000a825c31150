#include "subjects.hpp"

#include <memory>

#include "operand.hpp"
#include "progress.hpp"

#include "reproduce/attestation/envelope.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/diff/images.hpp"
#include "reproduce/diff/pins.hpp"
#include "reproduce/inspect/inspect.hpp"

namespace reproduce::cli {
namespace {

struct Subject {
  std::string name;
  std::unique_ptr<RandomAccess> file;
  diff::SubjectKind kind = diff::SubjectKind::image;
  std::optional<std::string> field{};  ///< of its JSON, that holds the document

  [[nodiscard]] bool is_image() const noexcept { return kind == diff::SubjectKind::image; }
};

/// Runs `work` so that its errors name the subject.
template <typename Work>
auto about(const std::string& name, const Work& work) {
  try {
    return work();
  } catch (Error& error) {
    error.set_file_if_unknown(name);
    throw;
  }
}

bool has_field(const RandomAccess& file, const std::string& field) {
  if (file.size() > attestation::largest_wrapped) return false;
  RangeSource source(file, 0, file.size());
  return attestation::has_document_field(read_all(source, attestation::largest_wrapped, "JSON"),
                                         field);
}

Subject open_subject(const std::string& operand, const std::optional<std::string>& field) {
  return about(operand_name(operand), [&] {
    Subject subject{.name = operand_name(operand), .file = open_seekable_operand(operand)};
    if (field && has_field(*subject.file, *field)) subject.field = field;
    subject.kind = diff::detect_subject(*subject.file, subject.field);
    return subject;
  });
}

diff::Comparison compare_two_images(const Subject& before, const Subject& after,
                                    const Terminal& terminal) {
  const diff::InspectedPair inspected = [&] {
    Progress progress(terminal, "reading", before.file->size() + after.file->size());
    return diff::inspect_both(*before.file, *after.file, progress.callback());
  }();
  return diff::compare_images({before.name, *before.file, inspected.before},
                              {after.name, *after.file, inspected.after});
}

/// `beside_lock`: the other one is a lock, which pins the image's digest too.
diff::Pins pins_of(const Subject& subject, bool beside_lock, const Terminal& terminal) {
  return about(subject.name, [&] {
    if (!subject.is_image())
      return diff::read_pins(subject.kind, subject.name, *subject.file, subject.field);
    Progress progress(terminal, "reading", subject.file->size());
    const inspect::ImageInspection inspection =
        inspect::inspect_image(*subject.file, progress.callback());
    return diff::pins_of_image(subject.name, *subject.file, inspection, beside_lock);
  });
}

}  // namespace

diff::Comparison compare_subjects(const std::string& old_operand, const std::string& new_operand,
                                  const Terminal& terminal,
                                  const std::optional<std::string>& field) {
  const Subject before = open_subject(old_operand, field);
  const Subject after = open_subject(new_operand, field);
  if (field && !before.field && !after.field)
    throw Error(ErrorKind::usage, "neither of the two is JSON with the field " + quote(*field),
                {.hint = "`--field` names the field of JSON that holds a document"});
  if (before.is_image() && after.is_image()) return compare_two_images(before, after, terminal);
  const auto is_lock = [](const Subject& subject) {
    return subject.kind == diff::SubjectKind::lock;
  };
  return diff::compare_pins(pins_of(before, is_lock(after), terminal),
                            pins_of(after, is_lock(before), terminal));
}

}  // namespace reproduce::cli
