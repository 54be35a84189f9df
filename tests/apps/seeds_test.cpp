#include "apps/study/run/seeds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "optim/terminate_on_nan.h"
#include "tensor/file.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using test::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Seeds that were run, in ascending order, each leaving a metrics.json of a few
// figures and a history.csv.
std::vector<std::uint64_t> run(const StudyOptions& options) {
  std::mutex mutex;
  std::vector<std::uint64_t> seeds;
  run_seeds(options, "x", {}, [&](const study::Run& run) {
    run.folder.write("history.csv", "epoch,loss,val_loss,seconds\n1,0.5,0.25,0.125\n");
    run.folder.write("metrics.json", fmt::format(R"({{"study": "x", "seed": {0}, "epochs": 3,
      "mae": {{"mean": {0}, "list": [1, 2]}}, "parameters": 5, "best": {{"epoch": 2}}}})",
                                                 run.seed));
    EXPECT_EQ(run.summary, options.seeds > 1 ? "../../summary.html" : "");
    const std::scoped_lock lock(mutex);
    seeds.push_back(run.seed);
  });
  std::ranges::sort(seeds);
  return seeds;
}

TEST(RunSeeds, OneSeedRunsInTheFolderItself) {
  const TempDir temp;
  EXPECT_THAT(run({.out = temp / "run", .seed = 7, .quiet = true}), ElementsAre(7));
  EXPECT_TRUE(fs::exists(temp / "run/metrics.json"));
  EXPECT_FALSE(fs::exists(temp / "run/summary.csv"));
}

TEST(RunSeeds, SummarisesEveryFigureThatCanDiffer) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 3, .quiet = true};
  EXPECT_THAT(run(options), ElementsAre(2, 3, 4));
  EXPECT_THAT(
      read_file(temp / "run/summary.csv"),
      MatchesRegex("figure,mean,std,min,max,runs\nmae.mean,3,(1|0.99999999999[0-9]*),2,4,3\n"
                   "mae.list.0,1,0,1,1,3\nmae.list.1,2,0,2,2,3\nbest.epoch,2,0,2,2,3\n"));
  EXPECT_TRUE(fs::exists(temp / "run/runs/seed_4/metrics.json"));
  EXPECT_THAT(test::error_of([&] { run(options); }), HasSubstr("--force"));
  options.seeds = 2;
  options.force = true;
  EXPECT_THAT(run(options), ElementsAre(2, 3));
  EXPECT_THAT(read_file(temp / "run/summary.csv"), HasSubstr("mae.mean,2.5,0.707106781186547"));
}

TEST(RunSeeds, ResumesOnlyWhatWasBegunSo) {
  const TempDir temp;
  run({.out = temp / "run", .quiet = true});
  const auto error = [&](const StudyOptions& options) {
    return test::error_of([&] { run(options); });
  };
  EXPECT_THAT(error({.out = temp / "run", .seeds = 2, .resume = true}),
              HasSubstr("holds a run of x, not several runs of x"));
  StudyOptions several{.out = temp / "several", .seeds = 2, .quiet = true};
  run(several);
  several.resume = true;
  several.seeds = 3;
  several.batch_size = 7;
  EXPECT_THAT(error(several), HasSubstr("several runs of x began with batch size 32, now it is 7"));
  EXPECT_FALSE(fs::exists(temp / "several/runs/seed_44"));
  EXPECT_TRUE(fs::exists(temp / "several/summary.csv"));
}

TEST(RunSeeds, ForceLeavesNothingOfEarlierRuns) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 3, .quiet = true};
  run(options);
  options.force = true;
  options.seeds = 2;
  run(options);
  EXPECT_TRUE(fs::exists(temp / "run/runs/seed_3"));
  EXPECT_FALSE(fs::exists(temp / "run/runs/seed_4"));
  options.seeds = 1;
  run(options);
  EXPECT_FALSE(fs::exists(temp / "run/runs"));
  EXPECT_FALSE(fs::exists(temp / "run/charts"));
}

TEST(RunSeeds, ResumingLeavesCompleteRunsAloneGoesOnWithOthersAndBeginsTheRest) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 3, .epochs = 3, .quiet = true};
  run(options);
  options.resume = true;
  options.seeds = 4;
  EXPECT_THAT(run(options), ElementsAre(5));
  fs::remove(temp / "run/runs/seed_3/metrics.json");  // stopped
  EXPECT_THAT(run(options), ElementsAre(3));
  options.seeds = 1;
  options.out = temp / "run/runs/seed_4";
  options.seed = 4;
  EXPECT_THAT(run(options), ElementsAre());
  options.epochs = 4;
  EXPECT_THAT(run(options), ElementsAre(4));
  options.epochs = 2;
  EXPECT_THAT(test::error_of([&] { run(options); }), HasSubstr("more than --epochs 2"));
}

TEST(RunSeeds, BelievesNoFiguresOfAnotherSeed) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 2, .epochs = 3, .quiet = true};
  run(options);
  options.resume = true;
  const fs::path one = temp / "run/runs/seed_2/metrics.json";
  fs::copy_file(temp / "run/runs/seed_3/metrics.json", one, fs::copy_options::overwrite_existing);
  EXPECT_THAT(test::error_of([&] { run(options); }),
              HasSubstr(one.string() + ": is of seed 3, expected 2"));
}

TEST(RunSeeds, BelievesNoFinishedRunWithOtherSettings) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 2, .epochs = 3, .quiet = true};
  run(options);
  StudyOptions other{.out = temp / "run/runs/seed_3",
                     .seed = 3,
                     .epochs = 3,
                     .batch_size = 7,
                     .force = true,
                     .quiet = true};
  run(other);
  options.resume = true;
  EXPECT_THAT(test::error_of([&] { run(options); }),
              HasSubstr("a run of x began with batch size 7, now it is 32"));
  EXPECT_TRUE(fs::exists(temp / "run/summary.csv"));
}

TEST(RunSeeds, RefusesAFolderInTheWayBeforeAnythingChanges) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 2, .epochs = 3, .quiet = true};
  run(options);
  options.resume = true;
  const std::string before = read_file(temp / "run/contents.txt");
  for (const char* name : {"run/runs/seed_4/notes", "run/runs/seed_4/contents.txt"}) {
    fs::create_directories(temp / "run/runs/seed_4");
    write_file(temp / name, "mine");
    options.seed = 1;
    options.seeds = 4;
    EXPECT_NE(test::error_of([&] { run(options); }), "(no error)") << name;
    EXPECT_EQ(read_file(temp / "run/contents.txt"), before);
    EXPECT_TRUE(fs::exists(temp / "run/summary.csv"));
    fs::remove_all(temp / "run/runs/seed_4");
  }
  // A run that was listed and never began is not missed.
  write_file(temp / "run/contents.txt", before + "runs/seed_9/contents.txt\n");
  options.seed = 2;
  options.seeds = 2;
  EXPECT_THAT(run(options), ElementsAre());
}

TEST(RunSeeds, NamesAHistoryOfAnotherLength) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 2, .epochs = 3, .quiet = true};
  run(options);
  const fs::path history = temp / "run/runs/seed_3/history.csv";
  write_file(history, read_file(history) + "2,0.5,0.25,0.125\n");
  options.resume = true;
  EXPECT_THAT(test::error_of([&] { run(options); }),
              HasSubstr(history.string() + ": got 2 epochs, expected 1"));
}

TEST(RunSeeds, TrainsNothingWhereOneRunHasMoreEpochsThanAskedFor) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 2, .epochs = 3, .quiet = true};
  run(options);
  options = {.out = options.out, .seed = 1, .seeds = 3, .epochs = 2, .resume = true, .quiet = true};
  EXPECT_THAT(test::error_of([&] { run(options); }), HasSubstr("seed_2: 3 epochs are done"));
  EXPECT_FALSE(fs::exists(temp / "run/runs/seed_1"));
  EXPECT_TRUE(fs::exists(temp / "run/summary.csv"));
}

TEST(RunSeeds, LeavesNoRunOfTheFolderOutOfItsSummary) {
  const TempDir temp;
  StudyOptions options{.out = temp / "run", .seed = 2, .seeds = 3, .epochs = 1, .quiet = true};
  run(options);
  options.resume = true;
  options.seeds = 2;
  EXPECT_THAT(test::error_of([&] { run(options); }), HasSubstr("holds runs/seed_4 too"));
  EXPECT_TRUE(fs::exists(temp / "run/summary.csv"));
}

TEST(RunSeeds, RunsSideBySideEachOnItsShareOfTheThreads) {
  const TempDir temp;
  const test::ThreadCount threads(4);
  std::atomic<int> at_once = 0;
  const StudyOptions options{.out = temp / "run", .seeds = 2, .quiet = true};
  run_seeds(options, "x", {}, [&](const study::Run& run) {
    EXPECT_EQ(num_threads(), 2);
    ++at_once;
    while (at_once < 2) std::this_thread::yield();  // for ever, were one to wait for the other
    run.folder.write("metrics.json", "{}");
  });
}

TEST(RunSeeds, AFailureLeavesTheOthersAlone) {
  const TempDir temp;
  const StudyOptions options{.out = temp / "run", .seed = 5, .seeds = 4, .quiet = true};
  std::atomic<int> finished = 0;
  const auto fail_at = [&](std::uint64_t first, std::uint64_t second) {
    finished = 0;
    StudyOptions again = options;
    again.force = true;
    return test::error_of([&] {
      run_seeds(again, "x", {}, [&](const study::Run& run) {
        if (run.seed == first || run.seed == second) fail("out of luck with {}", run.seed);
        ++finished;
      });
    });
  };
  EXPECT_EQ(fail_at(6, 6), "seed 6: out of luck with 6");
  EXPECT_EQ(finished, 3);
  EXPECT_EQ(fail_at(8, 7), "2 of 4 runs failed; seed 7: out of luck with 7");
  StudyOptions again = options;
  again.force = true;
  const auto error = test::error_of([&] {
    run_seeds(again, "x", {}, [&](const study::Run& run) {
      if (run.seed == 5) throw optim::NonFiniteLoss("nan", {.epoch = 1});
      if (run.seed == 6) fail("the disk is full");
    });
  });
  EXPECT_EQ(error, "seed 6: the disk is full") << "which a run that broke down must not hide";
  EXPECT_FALSE(fs::exists(temp / "run/summary.csv"));
}

TEST(RunSeeds, TheSummaryShowsWhichBrokeDownAndIsNotOneOfAll) {
  const TempDir temp;
  std::vector<std::uint64_t> broken;
  StudyOptions options{.out = temp / "run", .seed = 5, .seeds = 4, .force = true, .quiet = true};
  const auto error = [&] {
    return test::error_of([&] {
      run_seeds(options, "x", {}, [&](const study::Run& run) {
        if (std::ranges::count(broken, run.seed) > 0) {
          throw optim::NonFiniteLoss(
              "nan in epoch 3",
              {.value = std::numeric_limits<double>::infinity(), .epoch = 3, .step = 2});
        }
        run.folder.write("history.csv", "epoch,loss,val_loss,seconds\n1,0.5,0.25,0.125\n");
        run.folder.write("metrics.json",
                         fmt::format(R"({{"epochs": 1, "final": {{"loss": {}}}}})", run.seed));
      });
    });
  };
  const std::string summary = (temp / "run/summary.html").string();
  broken = {6};
  EXPECT_EQ(error(), "seed 6: nan in epoch 3; see " + summary);
  std::string page = read_file(summary);
  for (const char* part :
       {"1 of 4 runs broke down, without a result;", "<h3>1 of 4 runs broke down</h3>",
        "<a href=\"runs/seed_6/report.html\">seed 6</a></th><td>nan in epoch 3</td>",
        "<a href=\"runs/seed_7/report.html\">seed 7</a></th><td class=\"number\">7.0000</td>",
        "<dd class=\"value\">6.6667</dd>"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  EXPECT_LT(page.find("broke down</h3>"), page.find("seed 7</a>"));
  EXPECT_FALSE(fs::exists(temp / "run/summary.csv"));
  EXPECT_THAT(read_file(temp / "run/runs/seed_6/report.html"),
              HasSubstr("<a href=\"../../summary.html\">All runs</a>"));

  broken = {5, 6, 8};  // of one run there is no mean
  EXPECT_EQ(error(), "3 of 4 runs failed; seed 5: nan in epoch 3; see " + summary);
  page = read_file(summary);
  EXPECT_THAT(page, HasSubstr("seed 7</a></th><td class=\"number\">7.0000</td>"));
  EXPECT_EQ(page.find("±"), page.find("± the standard")) << "none but in the words";

  broken = {5, 6, 7, 8};
  error();
  EXPECT_THAT(read_file(summary), HasSubstr("All 4 runs broke down: there is no result."));

  broken = {};
  options.force = false;
  options.resume = true;
  EXPECT_EQ(error(), "(no error)");
  EXPECT_EQ(read_file(summary).find("broke down"), std::string::npos);
  EXPECT_TRUE(fs::exists(temp / "run/summary.csv"));
}

TEST(RunSeeds, TheSummaryShowsEveryFigureAndLinksEveryRun) {
  const TempDir temp;
  run({.out = temp / "run", .seed = 2, .seeds = 2, .quiet = true});
  const std::string page = read_file(temp / "run/summary.html");
  for (const char* part : {"x: 2 runs", "runs/seed_2/report.html", "runs/seed_3/report.html",
                           "each run pale", "spread_mae"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
}

TEST(RunSeeds, TheSummaryNamesFiguresAndHasNoChartOfConstantOnes) {
  const TempDir temp;
  run_seeds({.out = temp / "run", .seed = 2, .seeds = 2, .quiet = true}, "x", {},
            [&](const study::Run& run) {
              run.folder.write("history.csv", "epoch,loss,val_loss,seconds\n1,0.5,0.25,0.125\n");
              run.folder.write("metrics.json", fmt::format(R"({{"epochs": 30, "parameters": 48712,
                "sizes": {{"train_normal": 1234}}, "final": {{"loss": 0.5, "val_loss": 0.{0}25}},
                "best": {{"epoch": 2}}, "results": {{"test": {{"accuracy": 0.9{0}}}}},
                "seconds": {{"train": {0}.75}}}})",
                                                           run.seed));
            });
  const std::string page = read_file(temp / "run/summary.html");
  for (const char* part :
       {"<dt>Epochs</dt><dd>30</dd>", "<dt>Parameters</dt><dd>48,712</dd>",
        "<dt>Samples in each set</dt><dd>training, normal 1,234</dd>",
        "<dt>Loss of the last epoch</dt><dd>training 0.5</dd>", "<dt>Best epoch</dt><dd>2</dd>",
        "<caption>Accuracy</caption>", "<caption>Loss of the last epoch</caption>",
        "<th scope=\"row\"><a href=\"runs/seed_3/report.html\">seed 3</a></th>"
        "<td class=\"number\">0.9300</td><td class=\"number\">0.5000</td>"
        "<td class=\"number\">0.3250</td><td class=\"number\">3.75</td>"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  for (const char* key : {"val_loss</t", "results.", "best.epoch", "<caption>sizes"}) {
    EXPECT_EQ(page.find(key), std::string::npos) << key;
  }
  EXPECT_TRUE(fs::exists(temp / "run/spread_results_accuracy.png"));
  for (const char* constant : {"spread_sizes.png", "spread_best_epoch.png"}) {
    EXPECT_FALSE(fs::exists(temp / "run" / constant)) << constant;
  }
}

}  // namespace
}  // namespace gradus::study
