#include "apps/study/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tensor/file.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(RunFolder, IsMadeWithItsParents) {
  const TempDir temp;
  const RunFolder folder(temp / "a/b", Existing::refuse);
  EXPECT_TRUE(fs::is_directory(temp / "a/b"));
  EXPECT_FALSE(folder.has_checkpoint());
  folder.write("x.csv", "1,2\n");
  EXPECT_EQ(read_file(temp / "a/b/x.csv"), "1,2\n");
  EXPECT_EQ(folder / "x.csv", temp / "a/b/x.csv");
}

TEST(RunFolder, TakesAnEmptyFolderAndRefusesAnother) {
  const TempDir temp;
  EXPECT_EQ(RunFolder(temp.path(), Existing::refuse).path(), temp.path());
  write_file(temp / "x", "");
  EXPECT_THAT(error_of([&] { RunFolder(temp.path(), Existing::refuse); }),
              AllOf(HasSubstr(temp.path().string()), HasSubstr("--force"), HasSubstr("--resume")));
  EXPECT_THAT(error_of([&] { RunFolder(temp / "x", Existing::overwrite); }),
              HasSubstr("not a folder"));
  EXPECT_THAT(error_of([&] { RunFolder(temp / "x/y", Existing::refuse); }),
              HasSubstr("cannot be made"));
}

TEST(RunFolder, OverwritingBeginsWithTheMarksOfAFinishedRun) {
  const TempDir temp;
  for (const char* name : {"metrics.json", "report.html", "summary.csv", "checkpoint.safetensors",
                           "model.safetensors"}) {
    write_file(temp / name, "");
  }
  const RunFolder folder(temp.path(), Existing::overwrite);
  EXPECT_FALSE(folder.has_checkpoint());
  for (const char* name : {"metrics.json", "report.html", "summary.csv"}) {
    EXPECT_FALSE(fs::exists(temp / name)) << name;
  }
  EXPECT_TRUE(fs::exists(temp / "model.safetensors"));
}

TEST(RunFolder, ResumingLeavesEverythingUntilItIsMarkedUnfinished) {
  const TempDir temp;
  EXPECT_THAT(error_of([&] { RunFolder(temp.path(), Existing::resume); }),
              HasSubstr("no run to resume"));
  EXPECT_THAT(error_of([&] { RunFolder(temp / "none", Existing::resume); }),
              HasSubstr("no run to resume"));
  EXPECT_FALSE(fs::exists(temp / "none"));
  write_file(temp / "metrics.json", "");
  write_file(temp / "checkpoint.safetensors", "");
  const RunFolder folder(temp.path(), Existing::resume);
  EXPECT_TRUE(fs::exists(temp / "metrics.json"));
  folder.mark_unfinished();
  EXPECT_FALSE(fs::exists(temp / "metrics.json"));
  EXPECT_TRUE(folder.has_checkpoint());
}

TEST(RunFolder, RemovesWhatAKilledRunHadNotFinished) {
  const TempDir temp;
  for (const Existing existing : {Existing::resume, Existing::overwrite}) {
    write_file(temp / "checkpoint.safetensors.123.partial", "half");
    write_file(temp / "history.csv", "whole");
    const RunFolder folder(temp.path(), existing);
    EXPECT_FALSE(std::filesystem::exists(folder / "checkpoint.safetensors.123.partial"));
    EXPECT_TRUE(std::filesystem::exists(folder / "history.csv"));
  }
}

}  // namespace
}  // namespace gradus::study
