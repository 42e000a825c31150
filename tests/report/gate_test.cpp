#include "reproduce/report/gate.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace reproduce::report {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

GateReport mixed() {
  return {
      .verb = "verify",
      .tool_version = "1.2",
      .subject = "an app.eif",
      .sentence = "no: this image is not the attested one",
      .exit_code = 1,
      .checks = {{.name = "signature", .outcome = GateOutcome::pass, .words = "by AWS"},
                 {.name = "nonce", .outcome = GateOutcome::skipped, .words = "nobody asked"},
                 {.name = "age", .outcome = GateOutcome::warning, .words = "old"},
                 {.name = "PCR0", .outcome = GateOutcome::fail, .words = "is <not> \"it\" & so"}},
      .registers = {{.index = 0, .expected = "00ff", .got = "11"}},
      .diagnosis = "PCR0 moved because the kernel differs\n```\nnot a fence\n"};
}

TEST(GateReport, CountsForJUnitWhatPassedFailedAndWasSkipped) {
  const std::string text = gate_junit(mixed());
  EXPECT_THAT(text, HasSubstr("<testsuite name=\"reproduce verify an app.eif\" tests=\"4\" "
                              "failures=\"1\" errors=\"0\" skipped=\"1\">"));
  EXPECT_THAT(text, HasSubstr("name=\"signature\"/>"));
  EXPECT_THAT(text, HasSubstr("<skipped>nobody asked</skipped>"));
  EXPECT_THAT(text, HasSubstr("PCR0 expected 00ff got 11"));
}

TEST(GateReport, EscapesForXmlWhatIsHostile) {
  GateReport report = mixed();
  report.checks.back().words = "]]> <script> \x01 \xff";
  const std::string text = gate_junit(report);
  EXPECT_THAT(text, HasSubstr("]]&gt; &lt;script&gt; \\x01 \\xff"));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

TEST(GateReport, GivesSarifAResultForWhatFailedAndForWarningsOnly) {
  const json log = json::parse(gate_sarif(mixed()));
  EXPECT_EQ(log["version"], "2.1.0");
  const json& run = log["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["version"], "1.2");
  EXPECT_EQ(run["invocations"][0]["exitCode"], 1);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
  ASSERT_EQ(run["results"].size(), 2);
  EXPECT_EQ(run["results"][0]["level"], "warning");
  EXPECT_EQ(run["results"][1]["level"], "error");
  EXPECT_EQ(run["results"][1]["ruleId"], "reproduce/verify/PCR0");
  EXPECT_EQ(run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "an%20app.eif");
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 2);
}

TEST(GateReport, ShowsInMarkdownTheTableAndTheDiagnosisWithoutMarkup) {
  GateReport report = mixed();
  report.subject = "<b>|x";
  const std::string text = gate_markdown(report);
  EXPECT_THAT(text, HasSubstr("### reproduce verify &lt;b\\>\\|x"));
  EXPECT_THAT(text, HasSubstr("| PCR0 | `00ff` | `11` |"));
  EXPECT_THAT(text,
              HasSubstr("````\nPCR0 moved because the kernel differs\n```\nnot a fence\n````"));
  EXPECT_THAT(text, HasSubstr("(exit code 1)"));
}

TEST(GateReport, OfAnErrorIsTroubleAndNamesTheFileThatItIsAbout) {
  const Error error(ErrorKind::untrusted, "the pin does not hold",
                    {.file = "kernel", .expected = "a", .got = "b", .hint = "look"});
  const GateReport report = gate_report_of(error, 4, "build", "1.2", "enclave.toml");
  EXPECT_EQ(report.subject, "kernel");
  EXPECT_EQ(report.exit_code, 4);
  EXPECT_THAT(gate_junit(report), HasSubstr("errors=\"1\""));
  EXPECT_THAT(gate_junit(report),
              HasSubstr("the pin does not hold; in kernel; expected a; got b; look"));
  const json log = json::parse(gate_sarif(report));
  EXPECT_EQ(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
  EXPECT_EQ(log["runs"][0]["results"][0]["level"], "error");
}

}  // namespace
}  // namespace reproduce::report
