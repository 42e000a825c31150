#include "compared.hpp"

namespace reproduce::content {
namespace {

using reproduce::test::slurp;
using test::compared;
using test::culprits;

Difference of_files(const reproduce::test::TempDir& folder, const std::string& path) {
  return compared(path, slurp(folder.path() / "before.pyc"), slurp(folder.path() / "after.pyc"));
}

TEST(PythonDifference, KnowsByteCodeOfOneSourceAtTwoTimes) {
  if (!reproduce::test::has_tool("python3")) GTEST_SKIP();
  const reproduce::test::TempDir folder;
  folder.write("m.py", "def f():\n  return 'a string'\n");
  test::shell(folder.path(),
              "touch -d @1700000000 m.py; python3 -c 'import py_compile as p; "
              "p.compile(\"m.py\",\"before.pyc\")';"
              "touch -d @1700000099 m.py; python3 -c 'import py_compile as p; "
              "p.compile(\"m.py\",\"after.pyc\")'");
  const Difference difference = of_files(folder, "usr/lib/__pycache__/m.cpython-311.pyc");
  EXPECT_EQ(difference.form, Form::python);
  EXPECT_EQ(difference.summary, "Python byte code: the header differs, the code is the same");
  EXPECT_EQ(culprits(difference), "python-time");
  EXPECT_NE(test::joined(difference).find("1700000099 (2023-11-14T22:14:59Z)"), std::string::npos)
      << test::joined(difference);
}

TEST(PythonDifference, ShowsTheStringsOfCodeThatDiffers) {
  if (!reproduce::test::has_tool("python3")) GTEST_SKIP();
  const reproduce::test::TempDir folder;
  folder.write("m.py", "def f():\n  return 'a string'\n");
  const std::string compile =
      "python3 -c 'import py_compile as p; p.compile(\"m.py\",\"NAME\",dfile=\"DFILE\","
      "invalidation_mode=p.PycInvalidationMode.UNCHECKED_HASH)'";
  const auto with = [&](const std::string& name, const std::string& dfile) {
    std::string command = compile;
    command.replace(command.find("NAME"), 4, name);
    return command.replace(command.find("DFILE"), 5, dfile);
  };
  test::shell(folder.path(),
              with("before.pyc", "/build/one/m.py") + ";" + with("after.pyc", "/build/two/m.py"));
  const Difference difference = of_files(folder, "m.pyc");
  EXPECT_EQ(difference.summary, "Python byte code: the code differs");
  EXPECT_EQ(culprits(difference), "build-path");
  EXPECT_NE(test::joined(difference).find("+/build/two/m.py"), std::string::npos)
      << test::joined(difference);
}

}  // namespace
}  // namespace reproduce::content
