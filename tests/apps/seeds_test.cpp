#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "apps/study/program.h"
#include "tensor/file.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using test::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Seeds that were run, each leaving a metrics.json of a few figures.
std::vector<std::uint64_t> run(const StudyOptions& options) {
  std::vector<std::uint64_t> seeds;
  run_seeds(options, [&](std::uint64_t seed, const RunFolder& folder) {
    seeds.push_back(seed);
    folder.write("metrics.json", fmt::format(R"({{"study": "x", "seed": {0}, "epochs": 3,
      "mae": {{"mean": {0}, "list": [1, 2]}}, "parameters": 5, "best": {{"epoch": 2}}}})",
                                             seed));
  });
  return seeds;
}

TEST(RunSeeds, OneSeedRunsInTheFolderItself) {
  const TempDir temp;
  EXPECT_THAT(run({.out = temp / "run", .seed = 7, .quiet = true}), ElementsAre(7));
  EXPECT_TRUE(fs::exists(temp / "run/metrics.json"));
  EXPECT_FALSE(fs::exists(temp / "run/summary.csv"));
  EXPECT_THAT(test::error_of([&] { run({.out = temp / "run", .resume = true}); }),
              HasSubstr("no checkpoint"));
}

TEST(RunSeeds, SummarisesEveryFigureThatCanDiffer) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 3, .quiet = true};
  EXPECT_THAT(run(options), ElementsAre(2, 3, 4));
  EXPECT_THAT(
      read_file(temp / "run/summary.csv"),
      MatchesRegex("figure,mean,std,min,max,runs\nmae.mean,3,(1|0.99999999999[0-9]*),2,4,3\n"
                   "best.epoch,2,0,2,2,3\n"));
  EXPECT_TRUE(fs::exists(temp / "run/runs/seed_4/metrics.json"));
  EXPECT_THAT(test::error_of([&] { run(options); }), HasSubstr("--force"));
  options.seeds = 2;
  options.force = true;
  EXPECT_THAT(run(options), ElementsAre(2, 3));
  EXPECT_THAT(read_file(temp / "run/summary.csv"), HasSubstr("mae.mean,2.5,0.707106781186547"));
}

TEST(RunSeeds, ResumesOnlyRunsOfSeveralSeeds) {
  const TempDir temp;
  run({.out = temp / "run", .quiet = true});
  EXPECT_THAT(test::error_of([&] { run({.out = temp / "run", .seeds = 2, .resume = true}); }),
              HasSubstr("no runs of several seeds"));
}

TEST(RunSeeds, ResumingStartsWhatWasNotBegunAndKeepsWhatIsFinished) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 2, .quiet = true};
  run(options);
  options.resume = true;
  write_file(temp / "run/runs/seed_2/checkpoint.safetensors", "");
  fs::remove(temp / "run/runs/seed_3/metrics.json");  // stopped before its first checkpoint
  EXPECT_THAT(run(options), ElementsAre(2, 3));
  // Now the second is finished, but there is no telling with what settings.
  EXPECT_THAT(test::error_of([&] { run(options); }),
              AllOf(HasSubstr("seed_3"), HasSubstr("no checkpoint")));
}

}  // namespace
}  // namespace gradus::study
