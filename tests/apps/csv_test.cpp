#include "apps/study/data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect.h"
#include "tests/support/idx_files.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

NumberTable parse(std::string_view content) { return parse_csv(content, "some.csv"); }

std::string error(std::string_view content) {
  return error_of([&] { parse(content); });
}

TEST(Csv, ParsesDecimalNumbers) {
  const NumberTable table = parse("1,-2.5,+3e2\n .5 ,\t1E-3,-0\n");
  EXPECT_EQ(table.rows, 2);
  EXPECT_EQ(table.columns, 3);
  EXPECT_THAT(table.values, ElementsAre(1, -2.5, 300, 0.5, 0.001, 0));
  EXPECT_THAT(table.row(1), ElementsAre(0.5, 0.001, 0));
  EXPECT_EQ(table.header_lines, 0);
  EXPECT_EQ(table.line(1), 2);
  EXPECT_THAT(parse("-6.2808752").values, ElementsAre(-6.2808752)) << "not to the last bit";
}

TEST(Csv, TakesEitherLineEndAndNoneAtTheEnd) {
  for (const char* content :
       {"1,2\n3,4\n", "1,2\r\n3,4\r\n", "1,2\n3,4", "1,2\r\n3,4\r", "1,2\n3,4\n\n\r\n \n\t",
        "\xEF\xBB\xBF"
        "1,2\n3,4"}) {
    EXPECT_THAT(parse(content).values, ElementsAre(1, 2, 3, 4)) << content;
  }
}

TEST(Csv, SkipsAHeader) {
  const NumberTable table = parse("\xEF\xBB\xBFname, \"of b\",,d\n1,2\n3,4\n");
  EXPECT_THAT(table.values, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(table.header_lines, 1);
  EXPECT_EQ(table.line(0), 2);
  // One number makes it a row, also one that is refused.
  EXPECT_THAT(error("a,2\n1,2\n"), HasSubstr("line 1, column 1: got \"a\""));
  EXPECT_THAT(error("nan,inf\n1,2\n"), HasSubstr("line 1, column 1: got \"nan\""));
  EXPECT_THAT(error("a,b\nc,d\n"), HasSubstr("line 2, column 1: got \"c\""));
}

TEST(Csv, NamesLineAndColumnOfWhatIsNoNumber) {
  for (const char* field : {"", " ", "x", "1x", "x1", "0x10", "1 2", "--1", "+-1", "++1", "1e", ".",
                            "-", "1;2", "1.2.3", "'1'", "\"1\""}) {
    EXPECT_THAT(error(fmt::format("h\n1,2\n3,{}\n", field)),
                StartsWith(fmt::format("some.csv: line 3, column 2: got \"{}\", expected a decimal "
                                       "number",
                                       field)));
  }
  for (const char* field : {"nan", "-NaN", "inf", "-Infinity", "1e999", "-1e999"}) {
    EXPECT_THAT(
        error(fmt::format("{},2\n", field)),
        AllOf(HasSubstr(fmt::format("line 1, column 1: got \"{}\"", field)), HasSubstr("finite")));
  }
}

TEST(Csv, ShowsOnlyTheCleanBeginningOfAField) {
  const std::string dirty = error(std::string("1,a\0\x1b\xff", 6) + "\n");
  EXPECT_THAT(dirty, HasSubstr("got \"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""));
  const std::string large =
      error("1," + std::string(39, 'x') + "\xC3\xA4" + std::string(9999, 'y'));
  EXPECT_THAT(large, HasSubstr('"' + std::string(39, 'x') + "\"..."));
  EXPECT_THAT(large, Not(HasSubstr("\xEF\xBF\xBD")));
}

TEST(Csv, RefusesRowsOfDifferentLength) {
  EXPECT_THAT(error("h\n1,2\n3\n"), HasSubstr("line 3: got 1 fields, expected 2 as in line 2"));
  EXPECT_THAT(error("1,2\n3,4,\n"), HasSubstr("line 2: got 3 fields, expected 2 as in line 1"));
}

TEST(Csv, RefusesBlankLinesBetweenRows) {
  EXPECT_THAT(error("1\n\n2\n"), HasSubstr("line 2: got a blank line"));
  EXPECT_THAT(error("\n1\n2\n"), HasSubstr("line 1: got a blank line"));
  EXPECT_THAT(error("h\n \r\n2\n"), HasSubstr("line 2: got a blank line"));
}

TEST(Csv, RefusesWhatHasNoRow) {
  for (const char* content : {"", "\n", "\r\n \n", "\xEF\xBB\xBF"}) {
    EXPECT_THAT(error(content), HasSubstr("some.csv: got an empty file")) << content;
  }
  EXPECT_THAT(error("a,b\n\n"), HasSubstr("got only the header \"a,b\""));
}

TEST(Csv, SurvivesHostileFiles) {
  // A megabyte each; quadratic work would take minutes.
  const std::size_t n = 1 << 20;
  EXPECT_THAT(error(std::string(n, ',')), HasSubstr("only the header"));
  EXPECT_THAT(error(std::string(n, '\n')), HasSubstr("empty"));
  EXPECT_THAT(error('1' + std::string(n, '\n') + '2'), HasSubstr("blank line"));
  EXPECT_THAT(error(std::string(n, '\0')), HasSubstr("only the header"));
  EXPECT_THAT(error("1\n" + std::string(n, ',')), HasSubstr("got 1048577 fields"));
  EXPECT_EQ(parse(std::string(n, '0')).values.at(0), 0);
  EXPECT_THAT(error(std::string(n, '9')), HasSubstr("finite"));
}

TEST(Csv, ReadsFilesPlainAndGzipped) {
  const test::TempDir folder;
  test::write(folder / "plain.csv", "1,2\n");
  test::write(folder / "packed.csv", test::gzip("1,2\n"));
  EXPECT_THAT(read_csv(folder / "plain.csv", 4).values, ElementsAre(1, 2));
  EXPECT_THAT(read_csv(folder / "packed.csv", 4).values, ElementsAre(1, 2));
  EXPECT_THAT(read_csv(folder / "plain.csv", 4, 2).values, ElementsAre(1, 2));
  EXPECT_THAT(error_of([&] { read_csv(folder / "plain.csv", 4, 3); }),
              HasSubstr("plain.csv: got 2 columns, expected 3"));
  EXPECT_THAT(error_of([&] { read_csv(folder / "packed.csv", 3); }),
              HasSubstr((folder / "packed.csv").string()));
}

}  // namespace
}  // namespace gradus::study
