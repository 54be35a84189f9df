#include "apps/study/data/ecg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "tests/support/data_variable.h"
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

TEST(FindEcg, KnowsTheNamesOfTheFile) {
  const test::DataVariable unset(nullptr);
  const test::TempDir folder;
  fs::create_directories(folder / "ecg");
  for (const char* name : {"ecg.csv", "ecg.csv.gz", "ecg5000.csv", "ecg5000.csv.gz"}) {
    test::write(folder / "ecg" / name, "");  // each is preferred to those before
    EXPECT_EQ(find_ecg({}, {folder.path()}), folder / "ecg" / name);
  }
  test::write(folder / "mine.txt", "");
  EXPECT_EQ(find_ecg(folder / "mine.txt"), folder / "mine.txt");
  EXPECT_THAT(error_of([&] { find_ecg({}, {folder / "absent"}); }),
              AllOf(HasSubstr("ECG5000"), HasSubstr("`scripts/fetch-data ecg`")));
}

class LoadEcgTest : public ::testing::Test {
 protected:
  Ecg load(std::string_view content) {
    test::write(file_, content);
    return load_ecg(file_);
  }

  test::TempDir folder_;
  const fs::path file_ = folder_ / "ecg.csv";
};

TEST_F(LoadEcgTest, TakesTheLastColumnForTheLabel) {
  const Ecg data = load("1.5,-2,1\n3,4,0.0\n5,6,1.0\n");
  EXPECT_EQ(data.rows, 3);
  EXPECT_EQ(data.samples, 2);
  EXPECT_THAT(data.values, ElementsAre(1.5, -2, 3, 4, 5, 6));
  EXPECT_THAT(data.is_normal, ElementsAre(true, false, true));
  EXPECT_EQ(data.file, file_);
  EXPECT_EQ(data.first_line, 1);
  EXPECT_EQ(load("a,b,label\n1.5,-2,1\n").first_line, 2);
}

TEST_F(LoadEcgTest, ChecksumIsOfTheInflatedFile) {
  // The figure is sha256sum's of the plain file.
  const std::string content = "1,2,1\n3,4,0\n";
  const std::string checksum =
      "sha256:a6ad65f9ab9a3950aae96179e255d4b013a9f5bac338c5b3d7b2d82efd680b2b";
  EXPECT_EQ(load(content).checksum, checksum);
  EXPECT_EQ(load(test::gzip(content)).checksum, checksum);
}

TEST_F(LoadEcgTest, SaysWhatIsWrong) {
  const auto error = [&](std::string_view content) { return error_of([&] { load(content); }); };
  EXPECT_THAT(error("1\n0\n"), HasSubstr("got 1 column, expected at least one sample"));
  EXPECT_THAT(error("h\n1,1\n2,2\n"),
              HasSubstr("line 3, column 2: got the label 2, expected 1 (normal) or 0"));
  EXPECT_THAT(error("1,0.5\n"), HasSubstr("line 1, column 2: got the label 0.5"));
  EXPECT_THAT(error("1,1\nx,1\n"), HasSubstr("line 2, column 1: got \"x\""));
  EXPECT_THAT(error(""), AllOf(HasSubstr(file_.string()), HasSubstr("scripts/fetch-data ecg")));
}

// Row i has the samples i and -i; the row is normal where `is_normal(i)`.
template <class IsNormal>
Ecg numbered(Index rows, const IsNormal& is_normal) {
  Ecg data;
  data.rows = rows;
  data.samples = 2;
  data.file = "mine/ecg.csv";
  for (Index i = 0; i < rows; ++i) {
    data.values.insert(data.values.end(), {static_cast<double>(i), -static_cast<double>(i)});
    data.is_normal.push_back(is_normal(i));
  }
  return data;
}

bool is_even(Index i) { return i % 2 == 0; }

TEST(EcgSets, AreTheSplitScaledByTheTrainingRows) {
  const EcgSets sets = ecg_sets(numbered(10, is_even));
  EXPECT_THAT(sets.train_index, ElementsAre(7, 3, 5, 6, 0, 4, 8, 9));  // as scikit-learn
  EXPECT_THAT(sets.test_index, ElementsAre(1, 2));
  EXPECT_EQ(sets.low, -9);
  EXPECT_EQ(sets.high, 9);
  EXPECT_THAT(sets.test_is_normal, ElementsAre(false, true));
  EXPECT_THAT(sets.train_is_normal,
              ElementsAre(false, false, false, true, true, true, true, false));
  ASSERT_EQ(sets.train.shape(), (Shape{8, 2}));
  test::expect_near(sets.train.rows(0, 2), {16. / 18, 2. / 18, 12. / 18, 6. / 18});
  test::expect_near(sets.test, {10. / 18, 8. / 18, 11. / 18, 7. / 18});
  test::expect_near(sets.test_normal, {11. / 18, 7. / 18});
  test::expect_near(sets.test_abnormal, {10. / 18, 8. / 18});
  test::expect_near(sets.train_normal,
                    {15. / 18, 3. / 18, 0.5, 0.5, 13. / 18, 5. / 18, 17. / 18, 1. / 18});
  EXPECT_EQ(sets.train_abnormal.shape(), (Shape{4, 2}));
}

TEST(EcgSets, ScaleByTrainingRowsAlone) {
  Ecg data = numbered(10, is_even);
  data.values[2] = 27;  // row 1 is a test row
  const EcgSets sets = ecg_sets(data);
  EXPECT_EQ(sets.high, 9);
  EXPECT_FLOAT_EQ(static_cast<float>(sets.test.data()[0]), 2);
}

TEST(EcgSets, RefuseWhatCannotBeStudied) {
  const auto error = [](const Ecg& data) { return error_of([&] { ecg_sets(data); }); };
  EXPECT_THAT(error(numbered(10, [](Index i) { return i > 2; })),
              HasSubstr("mine/ecg.csv: the test set, drawn from its 10 beats, has none that is "
                        "normal (label 1)"));
  EXPECT_THAT(error(numbered(10, [](Index i) { return i <= 2 && i != 1; })),
              testing::Eq("(no error)"));
  EXPECT_THAT(error(numbered(10, [](Index i) { return i <= 2; })),
              HasSubstr("the test set, drawn from its 10 beats, has none that is abnormal"));
  EXPECT_THAT(error(numbered(10, [](Index i) { return i == 1; })),
              HasSubstr("the training set, drawn from its 10 beats, has none that is normal"));
  EXPECT_THAT(error(numbered(10, [](Index i) { return i != 1; })),
              HasSubstr("the training set, drawn from its 10 beats, has none that is abnormal"));
  EXPECT_EQ(error(numbered(1, is_even)),
            "mine/ecg.csv: got 1 beat, expected at least two, for training and test");
  EXPECT_EQ(error(numbered(10, [](Index) { return true; })),
            "mine/ecg.csv: got 10 beats, all of them normal (label 1), expected abnormal (label 0) "
            "ones too");
  EXPECT_EQ(error(numbered(10, [](Index) { return false; })),
            "mine/ecg.csv: got 10 beats, all of them abnormal (label 0), expected normal (label 1) "
            "ones too");

  Ecg constant = numbered(10, is_even);
  std::ranges::fill(constant.values, 3);
  EXPECT_THAT(error(constant), HasSubstr("mine/ecg.csv: every sample of the training set is 3"));
  Ecg huge = numbered(10, is_even);
  huge.values[2] = 1e300;
  EXPECT_THAT(error(huge), HasSubstr("mine/ecg.csv: line 2: got the sample 1e+300"));
  huge.first_line = 2;  // behind a header
  EXPECT_THAT(error(huge), HasSubstr("line 3: got the sample 1e+300"));
  huge.values[0] = -1e308;
  huge.values[7] = 1e308;
  EXPECT_THAT(error(huge), HasSubstr("got training samples of -1e+308 to 1e+308, expected a range "
                                     "of 1e+30 at most"));
}

TEST(RealEcg, SplitsAsTheNotebookDid) {
  const char* const folder = std::getenv("GRADUS_TEST_DATA");
  if (folder == nullptr || *folder == '\0') {
    GTEST_SKIP() << "GRADUS_TEST_DATA names no folder with ecg5000.csv.gz";
  }
  const Ecg data = load_ecg(find_ecg(folder));
  EXPECT_EQ(data.rows, 4998);
  EXPECT_EQ(data.samples, 140);
  EXPECT_EQ(std::ranges::count(data.is_normal, true), 2919);
  const EcgSets sets = ecg_sets(data);
  EXPECT_EQ(sets.test_normal.shape(), (Shape{560, 140}));
  EXPECT_EQ(sets.test_abnormal.shape(), (Shape{440, 140}));
  EXPECT_EQ(sets.train_normal.shape(), (Shape{2359, 140}));
  EXPECT_EQ(sets.train_abnormal.shape(), (Shape{1639, 140}));
  EXPECT_EQ(sets.low, -6.2808752);
  EXPECT_EQ(sets.high, 7.4021031);
  EXPECT_THAT(sets.train.data(), Each(AllOf(testing::Ge(0), testing::Le(1))));
}

}  // namespace
}  // namespace gradus::study
