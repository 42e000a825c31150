#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "exit_code.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "verb.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/processors.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/report/measure.hpp"

namespace reproduce::cli {
namespace {

using measure::ImageMeasurements;

struct Options {
  std::vector<std::string> images;
  std::string format = "text";
  bool file_digest = false;
};

using Outcome = std::variant<ImageMeasurements, Error>;

Outcome measure_one(const std::string& name, const Options& options, const Terminal* terminal) {
  try {
    const std::unique_ptr<FileSource> source = open_operand(name);
    measure::MeasureOptions wanted{.file_digest = options.file_digest};
    if (terminal == nullptr) return measure::measure_image(*source, wanted);
    Progress progress(*terminal, "measuring", source->size().value_or(0));
    wanted.progress = progress.callback();
    return measure::measure_image(*source, wanted);
  } catch (Error& error) {
    error.set_file_if_unknown(name);
    return error;
  }
}

/// Outcomes in the order of the images, however many threads work on them.
std::vector<Outcome> measure_all(const Options& options, const Terminal& terminal) {
  if (options.images.size() == 1) return {measure_one(options.images[0], options, &terminal)};
  std::vector<std::optional<Outcome>> slots(options.images.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < slots.size(); i = next++)
      slots[i] = measure_one(options.images[i], options, nullptr);
  };
  std::vector<std::jthread> workers;
  const std::size_t count = std::min<std::size_t>(slots.size(), usable_processors());
  for (std::size_t i = 1; i < count; ++i) workers.emplace_back(work);
  work();
  workers.clear();  // joins
  std::vector<Outcome> outcomes;
  outcomes.reserve(slots.size());
  for (std::optional<Outcome>& slot : slots) outcomes.push_back(std::move(*slot));
  return outcomes;
}

void warn(const std::string& name, const ImageMeasurements& image, const Terminal& terminal) {
  if (image.signature_fault)
    terminal.warning("the signature of " + quote(name) +
                     " does not hold: " + printable(*image.signature_fault) +
                     "; the registers are right, but the hypervisor will not start the image");
}

void answer_text(const std::string& name, const ImageMeasurements& image, bool named,
                 const Terminal& terminal) {
  if (named) terminal.answer(printable(name) + "\n");
  terminal.answer(report::measurements_text(image));
}

/// One document, failures included: {"schema", "images": [record or error...]}.
void answer_json(const Options& options, const std::vector<Outcome>& outcomes,
                 const Terminal& terminal) {
  using nlohmann::ordered_json;
  ordered_json images = ordered_json::array();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (const auto* image = std::get_if<ImageMeasurements>(&outcomes[i])) {
      images.push_back(ordered_json::parse(report::measurements_json(options.images[i], *image)));
    } else {
      ordered_json error = ordered_json::parse(error_json(std::get<Error>(outcomes[i])));
      images.push_back({{"file", printable(options.images[i])}, {"error", std::move(error)}});
    }
  }
  const ordered_json root{{"schema", "reproduce/measure/1"}, {"images", std::move(images)}};
  terminal.answer(root.dump(2) + "\n");
}

void answer_people(const Options& options, const std::vector<Outcome>& outcomes,
                   const Terminal& terminal) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto* image = std::get_if<ImageMeasurements>(&outcomes[i]);
    if (image == nullptr) {
      terminal.error(std::get<Error>(outcomes[i]));
      continue;
    }
    warn(options.images[i], *image, terminal);
    if (options.format == "nitro-cli") {
      terminal.answer(report::nitro_cli_json(*image) + "\n");
    } else {
      answer_text(options.images[i], *image, outcomes.size() > 1, terminal);
    }
  }
}

ExitCode run(const Options& options, const Terminal& terminal) {
  if (options.format == "nitro-cli" && options.images.size() > 1)
    throw Error(ErrorKind::usage, "--format nitro-cli describes one image at a time",
                {.got = counted(options.images.size(), "image")});
  const std::vector<Outcome> outcomes = measure_all(options, terminal);
  if (terminal.json()) {
    answer_json(options, outcomes, terminal);
  } else {
    answer_people(options, outcomes, terminal);
  }
  for (const Outcome& outcome : outcomes)
    if (const auto* error = std::get_if<Error>(&outcome)) return exit_code_of(error->kind());
  return ExitCode::yes;
}

}  // namespace

Verb add_measure(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root, {.name = "measure",
             .sentence = "Prints the registers (PCR0, PCR1, PCR2, and PCR8 when signed) of images",
             .examples = {"reproduce measure app.eif",
                          "reproduce measure --json a.eif b.eif | jq -r '.images[].pcrs.PCR0'",
                          "reproduce measure --format nitro-cli app.eif"},
             .details =
                 "Each image is read once, front to back, in constant memory. An image that means\n"
                 "different things to different readers is refused (exit 3) with the offset.\n"
                 "With several images the exit code is that of the first failure.\n",
             .page = "docs/formats/eif.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("IMAGE", options->images, "an image, or - for standard input")->required();
  app->add_option("--format", options->format, "text, or nitro-cli: what describe-eif prints")
      ->check(CLI::IsMember({"text", "nitro-cli"}));
  app->add_flag("--file-digest", options->file_digest,
                "the SHA-256 of the file too (a third stream to hash)");
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli
