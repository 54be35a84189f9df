#include "apps/study/run/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

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
using ::testing::UnorderedElementsAre;

const std::string kRun = "a run of x";

std::string refusal(const fs::path& path, Existing existing, const std::string& holds = kRun,
                    const Settings& settings = {}) {
  return error_of([&] { RunFolder(path, existing, holds, settings); });
}

TEST(RunFolder, IsMadeWithItsParentsAndSaysWhatItHolds) {
  const TempDir temp;
  RunFolder folder(temp / "a/b", Existing::refuse, kRun, {{"seed", "7"}, {"batch size", "32"}});
  EXPECT_FALSE(folder.has_checkpoint());
  folder.write("x.csv", "1,2\n");
  folder.write("x.csv", "3,4\n");
  EXPECT_EQ(folder.add("y.png"), temp / "a/b/y.png");
  EXPECT_EQ(folder.add_run("runs/seed_7"), temp / "a/b/runs/seed_7");
  EXPECT_EQ(read_file(temp / "a/b/x.csv"), "3,4\n");
  EXPECT_EQ(folder / "x.csv", temp / "a/b/x.csv");
  EXPECT_EQ(read_file(temp / "a/b/contents.txt"),
            "This folder holds a run of x\nseed: 7\nbatch size: 32\n\n"
            "x.csv\ny.png\nruns/seed_7/contents.txt\n");
}

TEST(RunFolder, TakesAnEmptyFolderAndRefusesAnother) {
  const TempDir temp;
  EXPECT_EQ(RunFolder(temp.path(), Existing::refuse, kRun).path(), temp.path());
  RunFolder(temp.path(), Existing::refuse, kRun);  // nothing was written to it
  RunFolder(temp.path(), Existing::refuse, kRun).write("x", "");
  EXPECT_THAT(refusal(temp.path(), Existing::refuse),
              AllOf(HasSubstr(temp.path().string()), HasSubstr("--force"), HasSubstr("--resume")));
  EXPECT_THAT(refusal(temp / "x", Existing::overwrite), HasSubstr("not a folder"));
  EXPECT_THAT(refusal(temp / "x/y", Existing::refuse), HasSubstr("cannot be made"));
}

TEST(RunFolder, IsOneProgramsAtATime) {
  const TempDir temp;
  {
    const RunFolder folder(temp / "run", Existing::refuse, kRun);
    for (const Existing existing : {Existing::refuse, Existing::overwrite, Existing::resume}) {
      EXPECT_THAT(refusal(temp / "run", existing), HasSubstr("another program is writing"));
    }
  }
  EXPECT_NO_THROW(RunFolder(temp / "run", Existing::resume, kRun));
}

TEST(RunFolder, OverwritingRemovesTheEarlierRunAndNothingElse) {
  const TempDir temp;
  {
    RunFolder folder(temp.path(), Existing::refuse, "several runs of x");
    for (const char* name : {"metrics.json", "checkpoint.safetensors"}) folder.write(name, "");
    folder.add("charts/");
    fs::create_directory(temp / "charts");
    write_file(temp / "charts/loss.gp", "");
    folder.add("never_written.png");
    for (const char* seed : {"1", "2"}) {
      RunFolder run(folder.add_run(std::string("runs/seed_") + seed), Existing::refuse, kRun);
      run.write("model.safetensors", "");
    }
    write_file(temp / "mine.csv", "mine");
    write_file(temp / "runs/seed_2/model.safetensors.123.4.partial", "");  // killed while writing
    write_file(temp / "runs/mine.txt", "mine");
  }
  const RunFolder folder(temp.path(), Existing::overwrite, kRun);
  std::vector<std::string> left;
  for (const auto& entry : fs::recursive_directory_iterator(temp.path())) {
    left.push_back(fs::relative(entry, temp.path()).string());
  }
  EXPECT_THAT(left, UnorderedElementsAre("contents.txt", "mine.csv", "runs", "runs/mine.txt"));
  EXPECT_EQ(read_file(temp / "contents.txt"), "This folder holds a run of x\n\n");
}

TEST(RunFolder, OverwritesNothingWhereAFileOfOthersIsInTheWayOfARunBelow) {
  const TempDir temp;
  {
    RunFolder folder(temp.path(), Existing::refuse, "several runs of x");
    RunFolder run(folder.add_run("runs/seed_1"), Existing::refuse, kRun);
    run.write("model.safetensors", "");
    run.add("charts/");
    fs::create_directory(temp / "runs/seed_1/charts");
    write_file(temp / "runs/seed_1/mine.txt", "mine");
  }
  EXPECT_THAT(refusal(temp.path(), Existing::overwrite),
              HasSubstr("seed_1/mine.txt: is in the way and not of this run"));
  EXPECT_TRUE(fs::exists(temp / "runs/seed_1/model.safetensors"));
  fs::remove(temp / "runs/seed_1/mine.txt");
  EXPECT_NO_THROW(RunFolder(temp.path(), Existing::overwrite, kRun));
}

TEST(RunFolder, OverwritesNothingWhereThereIsNoRun) {
  const TempDir temp;
  write_file(temp / "metrics.json", "mine");
  for (const Existing existing : {Existing::refuse, Existing::overwrite}) {
    EXPECT_THAT(refusal(temp.path(), existing), HasSubstr("holds files and no run"));
  }
  EXPECT_EQ(read_file(temp / "metrics.json"), "mine");
  EXPECT_FALSE(fs::exists(temp / "contents.txt"));
}

TEST(RunFolder, WritesOverNoFileOfOthers) {
  const TempDir temp;
  { RunFolder(temp.path(), Existing::refuse, kRun).write("x.csv", ""); }
  write_file(temp / "metrics.json", "mine");
  RunFolder folder(temp.path(), Existing::overwrite, kRun);
  folder.write("x.csv", "");
  folder.mark_unfinished();
  EXPECT_THAT(error_of([&] { folder.write("metrics.json", ""); }), HasSubstr("is in the way"));
  EXPECT_EQ(read_file(temp / "metrics.json"), "mine");
}

TEST(RunFolder, OverwritesNoRunThatIsBeingWritten) {
  const TempDir temp;
  fs::path below;
  {
    RunFolder folder(temp / "all", Existing::refuse, "several runs of x");
    folder.write("summary.csv", "");
    below = folder.add_run("runs/seed_1");
  }
  {
    const RunFolder run(below, Existing::refuse, kRun);
    EXPECT_THAT(refusal(temp / "all", Existing::overwrite), HasSubstr("seed_1: another program"));
    EXPECT_TRUE(fs::exists(temp / "all/summary.csv"));
  }
  EXPECT_NO_THROW(RunFolder(temp / "all", Existing::overwrite, kRun));
  EXPECT_FALSE(fs::exists(temp / "all/runs"));
}

TEST(RunFolder, AListThatLeadsElsewhereIsRefused) {
  const TempDir temp;
  write_file(temp / "mine.csv", "mine");
  fs::create_directories(temp / "run");
  fs::create_directory(temp / "others");
  write_file(temp / "others/mine.csv", "mine");
  fs::create_directory_symlink(temp / "others", temp / "run/link");
  const std::string up_to_nul("..\0/", 4);  // the system sees "..", and would remove all of it
  for (const std::string& name :
       {std::string("../mine.csv"), (temp / "mine.csv").string(), std::string("a/../../mine.csv"),
        std::string("./"), up_to_nul, std::string("link/mine.csv"), std::string("link/mine/")}) {
    write_file(temp / "run/contents.txt", "This folder holds a run of x\n\n" + name + "\n");
    EXPECT_THAT(refusal(temp / "run", Existing::overwrite), HasSubstr("expected names in"));
    EXPECT_EQ(read_file(temp / "mine.csv"), "mine");
    EXPECT_EQ(read_file(temp / "others/mine.csv"), "mine");
  }
}

TEST(RunFolder, AListThatNamesItselfIsRefused) {
  const TempDir temp;
  fs::create_directories(temp / "runs/one");
  write_file(temp / "runs/contents.txt", "This folder holds runs of x\n\none/contents.txt\n");
  write_file(temp / "runs/one/contents.txt", "This folder holds a run of x\n\ncontents.txt\n");
  EXPECT_THAT(refusal(temp / "runs", Existing::overwrite),
              HasSubstr("one/contents.txt: lists contents.txt, expected names in"));
}

TEST(RunFolder, ADamagedListIsAnErrorOrNoRun) {
  const TempDir temp;
  fs::create_directories(temp / "run");
  const auto refuse = [&](const std::string& contents) {
    write_file(temp / "run/contents.txt", contents);
    return refusal(temp / "run", Existing::overwrite);
  };
  EXPECT_THAT(refuse("This folder holds a run\n\n" + std::string(300, 'x') + "/contents.txt\n"),
              HasSubstr("File name too long"));
  EXPECT_EQ(refuse("This folder holds \nx\n\n"), "(no error)");
  EXPECT_EQ(refuse("This folder holds"), "(no error)");
}

TEST(RunFolder, WritesThroughNoLinkAndIntoNoPipe) {
  const TempDir temp;
  fs::create_directories(temp / "run");
  write_file(temp / "mine.txt", "mine");
  fs::create_symlink(temp / "mine.txt", temp / "run/contents.txt");
  EXPECT_THAT(refusal(temp / "run", Existing::refuse), HasSubstr("symbolic links"));
  EXPECT_EQ(read_file(temp / "mine.txt"), "mine");
  fs::remove(temp / "run/contents.txt");
  ASSERT_EQ(::mkfifo((temp / "run/contents.txt").c_str(), 0600), 0);
  EXPECT_THAT(refusal(temp / "run", Existing::refuse), HasSubstr("is not a regular file"));
  fs::remove(temp / "run/contents.txt");
  fs::create_directory(temp / "run/contents.txt");
  EXPECT_THAT(refusal(temp / "run", Existing::refuse), HasSubstr("Is a directory"));
}

TEST(RunFolder, LinksAreRemovedAndNotFollowed) {
  const TempDir temp;
  fs::create_directory(temp / "mine");
  write_file(temp / "mine/x.csv", "mine");
  {
    RunFolder folder(temp / "run", Existing::refuse, kRun);
    folder.add("charts/");
    fs::create_directory_symlink(temp / "mine", temp / "run/charts");
  }
  const RunFolder folder(temp / "run", Existing::overwrite, kRun);
  EXPECT_FALSE(fs::exists(fs::symlink_status(temp / "run/charts")));
  EXPECT_EQ(read_file(temp / "mine/x.csv"), "mine");
}

TEST(RunFolder, ResumesOnlyWhatItIsAskedFor) {
  const TempDir temp;
  EXPECT_THAT(refusal(temp.path(), Existing::resume), HasSubstr("no run to resume"));
  EXPECT_THAT(refusal(temp / "none", Existing::resume), HasSubstr("no run to resume"));
  EXPECT_FALSE(fs::exists(temp / "none"));
  const Settings settings = {{"data", "d"}, {"seed", "1"}};
  { RunFolder(temp / "run", Existing::refuse, kRun, settings).write("metrics.json", ""); }
  const std::string contents = read_file(temp / "run/contents.txt");
  EXPECT_THAT(refusal(temp / "run", Existing::resume, "an atlas", settings),
              HasSubstr("run: holds a run of x, not an atlas"));
  EXPECT_THAT(refusal(temp / "run", Existing::resume, kRun, {{"data", "d"}, {"seed", "2"}}),
              HasSubstr("began with seed 1, now it is 2"));
  EXPECT_THAT(refusal(temp / "run", Existing::resume, kRun, {{"kl", "on"}}),
              HasSubstr("began with kl not set, now it is on"));
  RunFolder folder(temp / "run", Existing::resume, kRun, settings);
  folder.write("metrics.json", "");  // listed already
  EXPECT_EQ(read_file(temp / "run/contents.txt"), contents);
}

TEST(RunFolder, ATornBeginningIsNoRun) {
  const TempDir temp;
  const std::string whole = "This folder holds a run of x\nseed: 1\n\n";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_file(temp / "contents.txt", whole.substr(0, length));
    EXPECT_FALSE(RunFolder::has_run(temp.path())) << length;
  }
  EXPECT_NO_THROW(RunFolder(temp.path(), Existing::refuse, kRun));
  EXPECT_TRUE(RunFolder::has_run(temp.path()));
}

TEST(RunFolder, AListOfSomeoneElsesIsKept) {
  const TempDir temp;
  write_file(temp / "contents.txt", "Milk, bread");
  for (const Existing existing : {Existing::refuse, Existing::overwrite}) {
    EXPECT_THAT(refusal(temp.path(), existing), HasSubstr("holds files and no run"));
  }
  EXPECT_EQ(read_file(temp / "contents.txt"), "Milk, bread");
}

TEST(RunFolder, GoesOnInItsOwnFoldersAlone) {
  const TempDir temp;
  {
    RunFolder folder(temp / "run", Existing::refuse, kRun);
    folder.add("charts/");
    folder.write("loss.csv", "");
  }
  write_file(temp / "run/film.partial", "mine");
  EXPECT_FALSE(RunFolder::has_all(temp / "run"));
  fs::create_directory(temp / "run/charts");
  EXPECT_TRUE(RunFolder::has_all(temp / "run"));
  { RunFolder(temp / "run", Existing::resume, kRun); }
  EXPECT_EQ(read_file(temp / "run/film.partial"), "mine");
  fs::remove(temp / "run/charts");
  fs::create_directory_symlink(temp.path(), temp / "run/charts");
  EXPECT_THAT(refusal(temp / "run", Existing::resume), HasSubstr("run/charts: is a link"));
}

TEST(RunFolder, KnowsTheFilesOfARun) {
  const TempDir temp;
  { RunFolder(temp.path(), Existing::refuse, kRun).write("scores.csv", ""); }
  write_file(temp / "mine.csv", "");
  EXPECT_TRUE(RunFolder::is_of_a_run(temp / "scores.csv"));
  EXPECT_TRUE(RunFolder::is_of_a_run(temp / "contents.txt"));
  EXPECT_FALSE(RunFolder::is_of_a_run(temp / "mine.csv"));
  EXPECT_FALSE(RunFolder::is_of_a_run(temp / "none/scores.csv"));
}

TEST(RunFolder, HasAllOnlyWithThoseOfTheRunsBelow) {
  const TempDir temp;
  {
    RunFolder folder(temp.path(), Existing::refuse, "several runs of x");
    RunFolder(folder.add_run("runs/seed_1"), Existing::refuse, kRun).write("report.html", "");
  }
  EXPECT_TRUE(RunFolder::has_all(temp.path()));
  fs::remove(temp / "runs/seed_1/report.html");
  EXPECT_FALSE(RunFolder::has_all(temp.path()));
}

// As a full disk leaves it.
TEST(RunFolder, ATornLineIsForgotten) {
  const TempDir temp;
  { RunFolder(temp.path(), Existing::refuse, kRun).write("history.csv", ""); }
  const std::string whole = read_file(temp / "contents.txt");
  write_file(temp / "contents.txt", whole + "scor");
  RunFolder(temp.path(), Existing::resume, kRun).write("scores.csv", "");
  EXPECT_EQ(read_file(temp / "contents.txt"), whole + "scores.csv\n");
}

TEST(RunFolder, ResumingLeavesEverythingUntilItIsMarkedUnfinished) {
  const TempDir temp;
  { RunFolder(temp.path(), Existing::refuse, kRun).write("metrics.json", ""); }
  write_file(temp / "checkpoint.safetensors", "");
  const RunFolder folder(temp.path(), Existing::resume, kRun);
  EXPECT_TRUE(fs::exists(temp / "metrics.json"));
  folder.mark_unfinished();
  EXPECT_FALSE(fs::exists(temp / "metrics.json"));
  EXPECT_TRUE(folder.has_checkpoint());
}

TEST(RunFolder, RemovesWhatAKilledRunHadNotFinished) {
  const TempDir temp;
  {
    RunFolder folder(temp.path(), Existing::refuse, kRun);
    folder.write("history.csv", "whole");
    folder.add("checkpoint.safetensors");
  }
  write_file(temp / "checkpoint.safetensors.123.4.partial", "half");
  const RunFolder folder(temp.path(), Existing::resume, kRun);
  EXPECT_FALSE(fs::exists(folder / "checkpoint.safetensors.123.4.partial"));
  EXPECT_TRUE(fs::exists(folder / "history.csv"));
}

}  // namespace
}  // namespace gradus::study
