#include "reproduce/report/attest.hpp"

#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {

std::string attest_text(const Attested& attested) {
  std::string text = "rebuilt  sha256 " + to_hex(attested.sha256) + "\n";
  for (const auto& [index, value] : attested.registers)
    text += name_of_register(index) + "     " + to_hex(value) + "\n";
  text += "builder  " + printable(attested.builder) + "\n" +  //
          "key      " + attested.key + ", " + attested.key_id + "\n" + "wrote    " +
          (attested.file.empty() ? "standard output" : quote(attested.file)) + "\n";
  text += attested.difference.empty()
              ? "yes: the image is the one that the lock expects\n"
              : "no: the image is not the one that the lock expects; " + attested.difference +
                    ". The statement says what was made\n";
  return text;
}

std::string attest_json(const Attested& attested) {
  nlohmann::ordered_json out{{"schema", "reproduce/attest/1"},
                             {"answer", attested.difference.empty() ? "yes" : "no"},
                             {"file", nullptr},
                             {"builder", printable(attested.builder)},
                             {"key", {{"kind", attested.key}, {"id", attested.key_id}}},
                             {"sha256", to_hex(attested.sha256)},
                             {"pcrs", registers_record(attested.registers)},
                             {"difference", attested.difference},
                             {"deterministic", attested.deterministic}};
  if (!attested.file.empty()) out["file"] = printable(attested.file);
  constexpr int indent = 2;
  return dump(out, indent) + "\n";
}

}  // namespace reproduce::report
