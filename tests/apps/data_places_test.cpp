#include "apps/study/data/data_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data_variable.h"
#include "tests/support/expect.h"
#include "tests/support/idx_files.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using ::testing::AllOf;
using ::testing::Eq;
using ::testing::HasSubstr;

const DataSetFiles kSet{.name = "Squares",
                        .folder = "squares",
                        .files = {"four.txt", "nine.txt"},
                        .expected = "four.txt or nine.txt",
                        .way_out = "try drawing one",
                        .is_one_file = true};

class DataPlacesTest : public ::testing::Test {
 protected:
  // An empty file of that name, and the folders above it.
  fs::path put(const fs::path& name) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    test::write(path, "");
    return path;
  }

  const test::DataVariable unset_{nullptr};
  const test::TempDir folder_;
};

TEST_F(DataPlacesTest, TakesTheFirstNameInTheFolderOrItsSubfolder) {
  const fs::path nine = put("a/squares/nine.txt");
  EXPECT_EQ(find_data(kSet, folder_ / "a", {}), nine);
  EXPECT_EQ(find_data(kSet, folder_ / "a/squares", {}), nine);
  const fs::path four = put("a/squares/four.txt");
  EXPECT_EQ(find_data(kSet, folder_ / "a", {}), four);
  const fs::path here = put("a/nine.txt");
  EXPECT_EQ(find_data(kSet, folder_ / "a", {}), here);
}

TEST_F(DataPlacesTest, TakesTheFileItselfWhereOneFileIsAll) {
  const fs::path other = put("other.txt");
  EXPECT_EQ(find_data(kSet, other, {}), other);
  DataSetFiles several = kSet;
  several.is_one_file = false;
  EXPECT_THAT(error_of([&] { find_data(several, other, {}); }), HasSubstr(other.string()));
}

TEST_F(DataPlacesTest, AsksTheFlagThenTheVariableThenThePlaces) {
  const fs::path flag = put("flag/four.txt"), variable = put("variable/four.txt");
  const fs::path first = put("first/four.txt");
  const std::vector<fs::path> places = {folder_ / "empty", folder_ / "first", folder_ / "flag"};
  EXPECT_EQ(find_data(kSet, {}, places), first);
  const test::DataVariable set((folder_ / "variable").c_str());
  EXPECT_EQ(find_data(kSet, {}, places), variable);
  EXPECT_EQ(find_data(kSet, folder_ / "flag", places), flag);
  const test::DataVariable empty("");
  EXPECT_EQ(find_data(kSet, {}, places), first);
}

TEST_F(DataPlacesTest, DoesNotGoOnFromAPlaceTheUserNamed) {
  put("good/four.txt");
  const std::vector<fs::path> places = {folder_ / "good"};
  const fs::path bad = folder_ / "bad";
  const auto says = [&](const std::string& who) {
    return Eq(
        fmt::format("{} {}: got no four.txt or nine.txt there or in its folder squares, "
                    "expected one; try drawing one, or name another folder",
                    who, bad.string()));
  };
  EXPECT_THAT(error_of([&] { find_data(kSet, bad, places); }), says("--data"));
  const test::DataVariable set(bad.c_str());
  EXPECT_THAT(error_of([&] { find_data(kSet, {}, places); }), says("GRADUS_DATA"));
}

TEST_F(DataPlacesTest, ListsThePlacesWhereThereIsNone) {
  EXPECT_THAT(error_of([&] {
                find_data(kSet, {}, {folder_ / "one", folder_ / "two"});
              }),
              AllOf(HasSubstr("Squares: got no four.txt or nine.txt in "),
                    HasSubstr((folder_ / "one").string() + ", " + (folder_ / "two").string()),
                    HasSubstr("try drawing one")));
}

TEST_F(DataPlacesTest, EndsWithTheCurrentFolder) { EXPECT_EQ(data_places().back(), "data"); }

}  // namespace
}  // namespace gradus::study
