#include "apps/study/data/digits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "tests/support/expect.h"
#include "tests/support/idx_files.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(BuiltInDigits, AreTheTestPartOfThePublishedSet) {
  const Digits digits = load_digits({});
  EXPECT_TRUE(digits.published) << digits.checksum;
  EXPECT_EQ(digits.source, "built in");
  EXPECT_EQ(digits.count(), 1797);
  EXPECT_EQ(digits.pixels.size(), 1797u * 64);
  EXPECT_EQ(std::ranges::max(digits.pixels), 16);
  // How often each digit is there, as the data set's own description has it.
  std::array<int, 10> count{};
  for (const uint8_t label : digits.labels) ++count.at(label);
  EXPECT_THAT(count, ElementsAre(178, 182, 177, 183, 181, 182, 181, 179, 174, 180));
}

// `rows` lines of the pixels (i + column) % 17 and the label i % 10.
std::string digits_csv(int rows) {
  std::string text;
  for (int i = 0; i < rows; ++i) {
    for (int column = 0; column < 64; ++column) text += fmt::format("{},", (i + column) % 17);
    text += fmt::format("{}\n", i % 10);
  }
  return text;
}

class LoadDigitsTest : public ::testing::Test {
 protected:
  std::string error(const std::string& content) {
    test::write(folder_ / "digits.csv", content);
    return error_of([&] { load_digits(folder_.path()); });
  }

  test::TempDir folder_;
};

TEST_F(LoadDigitsTest, ReadsAFileOfTheUsers) {
  test::write(folder_ / "digits.csv", digits_csv(12));
  const Digits digits = load_digits(folder_.path());
  EXPECT_FALSE(digits.published);
  EXPECT_EQ(digits.source, (folder_ / "digits.csv").string());
  EXPECT_THAT(digits.labels, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1));
  EXPECT_EQ(digits.pixels.at(64), 1);
  EXPECT_EQ(digits.pixels.at(12 * 64 - 1), (11 + 63) % 17);
  EXPECT_EQ(load_digits(folder_ / "digits.csv").pixels, digits.pixels);
  test::write(folder_ / "digits.csv.gz", test::gzip(digits_csv(3)));
  EXPECT_EQ(load_digits(folder_.path()).count(), 3);
}

TEST_F(LoadDigitsTest, SaysWhatIsWrong) {
  const auto with = [](int column, const std::string& field) {
    std::string text = digits_csv(1);
    for (int i = 1; i <= 65; ++i) text += (i == column ? field : "0") + (i < 65 ? "," : "\n");
    return text;
  };
  const std::string file = (folder_ / "digits.csv").string();
  EXPECT_THAT(error(with(7, "17")), AllOf(HasSubstr(file + ": line 2, column 7: got the pixel 17"),
                                          HasSubstr("from 0 to 16")));
  EXPECT_THAT(error(with(64, "-1")), HasSubstr("line 2, column 64: got the pixel -1"));
  EXPECT_THAT(error(with(1, "1.5")), HasSubstr("line 2, column 1: got the pixel 1.5"));
  EXPECT_THAT(error(with(65, "10")), HasSubstr("line 2, column 65: got the label 10"));
  EXPECT_THAT(error(with(3, "x")), HasSubstr("line 2, column 3: got \"x\""));
  EXPECT_THAT(error("1,2\n"),
              HasSubstr("digits.csv: line 1: got 2 columns, expected 65: 64 pixels and a label"));
  EXPECT_THAT(error("pixels,label\n" + digits_csv(1).substr(2)),
              HasSubstr("line 2: got 64 columns, expected 65"));
  fs::remove(folder_ / "digits.csv");
  EXPECT_THAT(error_of([&] { load_digits(folder_.path()); }), HasSubstr("leave out --data"));
}

TEST(DigitSets, AreRandomHalves) {
  const Digits digits = load_digits({});
  const DigitSets sets = digit_sets(digits, 5);
  EXPECT_EQ(sets.all.shape(), (Shape{1797, 8, 8}));
  EXPECT_EQ(sets.train.shape(), (Shape{898, 8, 8}));
  EXPECT_EQ(sets.test.shape(), (Shape{899, 8, 8}));
  EXPECT_THAT(sets.all.data(), Each(AllOf(testing::Ge(0), testing::Le(1))));
  EXPECT_EQ(sets.all.data()[3], static_cast<Scalar>(13. / 16));
  EXPECT_FALSE(std::ranges::is_sorted(sets.train_index)) << "not at random";

  std::set<Index> seen(sets.train_index.begin(), sets.train_index.end());
  seen.insert(sets.test_index.begin(), sets.test_index.end());
  EXPECT_EQ(seen.size(), 1797u);
  EXPECT_TRUE(test::same_bits(sets.train, sets.all.gather_rows(sets.train_index)));
  EXPECT_TRUE(test::same_bits(sets.test, sets.all.gather_rows(sets.test_index)));
  ASSERT_EQ(sets.test_labels.size(), 899u);
  for (std::size_t i = 0; i < sets.train_labels.size(); ++i) {
    EXPECT_EQ(sets.train_labels[i], sets.all_labels[static_cast<std::size_t>(sets.train_index[i])]);
  }
  for (std::size_t i = 0; i < sets.test_labels.size(); ++i) {
    EXPECT_EQ(sets.test_labels[i], digits.labels[static_cast<std::size_t>(sets.test_index[i])]);
  }
}

TEST(DigitSets, DependOnTheSeed) {
  const Digits digits = load_digits({});
  EXPECT_EQ(digit_sets(digits, 5).train_index, digit_sets(digits, 5).train_index);
  EXPECT_NE(digit_sets(digits, 5).train_index, digit_sets(digits, 6).train_index);
}

TEST(DigitSets, NeedTwoImagesThatDiffer) {
  Digits digits;
  digits.source = "mine/digits.csv";
  digits.labels = {3};
  digits.pixels.resize(64);
  const auto error = [&] { return error_of([&] { digit_sets(digits, 5); }); };
  EXPECT_EQ(error(), "mine/digits.csv: got 1 image, expected at least two, for training and test");
  digits.labels = {3, 4, 5};
  digits.pixels.resize(std::size_t{3} * 64);
  EXPECT_EQ(error(),
            "mine/digits.csv: got 3 images that are all the same, expected different ones");
  digits.pixels.back() = 1;
  EXPECT_EQ(error(), "(no error)");
}

}  // namespace
}  // namespace gradus::study
