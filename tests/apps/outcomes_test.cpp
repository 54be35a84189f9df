// What a study makes of folders, names, values and data that are not as it would
// have them: each with its outcome.
#include <fmt/format.h>

#include "tests/apps/programs.h"

namespace gradus::test {
namespace {

using ::testing::HasSubstr;

class Outcome : public ::testing::TestWithParam<std::string> {
 protected:
  Ran run(const fs::path& out, const Arguments& more, const fs::path& data = small_data(),
          const RunOptions& options = {}) {
    const bool says = std::ranges::find(more, "--epochs") != more.end();
    const Arguments epochs = says ? Arguments{} : Arguments{"--epochs", "1"};
    return run_study(GetParam(), join(join({"--data", data, "--out", out}, epochs), more), options);
  }
  const TempDir folder_;
};
INSTANTIATE_TEST_SUITE_P(, Outcome,
                         ::testing::Values("ae_fashion", "ae_basic", "ae_digits", "ae_ecg",
                                           "vae_fashion"),
                         [](const auto& study) { return study.param; });

TEST_P(Outcome, OfAFolderThatIsReadOnly) {
  const Ran ran = run(folder_ / "run", {}, small_data(),
                      {.environment = {{"LD_PRELOAD", GRADUS_FAIL_IO},
                                       {"GOMP_SPINCOUNT", "1000"},
                                       {"ASAN_OPTIONS", "verify_asan_link_order=0"},
                                       {"GRADUS_FAIL", fmt::format("open:1:{}", EROFS)},
                                       {"GRADUS_FAIL_IN", folder_ / "run"},
                                       {"GRADUS_FAIL_MARK", folder_ / "mark"}}});
  EXPECT_TRUE(fs::exists(folder_ / "mark"));
  expect_one_complaint(
      GetParam(), ran, 1,
      (folder_ / "run/contents.txt").string() + ": cannot be written: Read-only file system");
}

TEST_P(Outcome, OfAFolderWhereAFileIsExpected) {
  const fs::path out = folder_ / "run";
  train_study(GetParam(), out, {"--epochs", "1"});
  for (const char* name : {"checkpoint.safetensors", "model.safetensors"}) {
    fs::rename(out / name, out / "kept");
    fs::create_directory(out / name);
    const Ran ran = run(out, {"--epochs", "2", "--resume", "--quiet"});
    expect_one_complaint(GetParam(), ran, 1, (out / name).string() + ": ");
    fs::remove(out / name);
    fs::rename(out / "kept", out / name);
  }
  const Ran finished = run(out, {"--epochs", "2", "--resume"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  fs::remove_all(out);
  fs::create_directories(out / "checkpoint.safetensors");
  expect_one_complaint(GetParam(), run(out, {}), 1, out.string() + " holds files and no run");
}

TEST_P(Outcome, OfAnExistingRun) {
  const fs::path out = folder_ / "run";
  train_study(GetParam(), out, {"--epochs", "1"});
  const std::string before = read_file(out / "metrics.json");
  expect_one_complaint(GetParam(), run(out, {"--quiet"}), 1, out.string() + " is not empty");
  EXPECT_EQ(read_file(out / "metrics.json"), before);
}

TEST_P(Outcome, OfNamesThatAreNotUtf8) {
  const fs::path data = folder_ / "\xff\xfe", out = folder_ / "\xc3(";
  fs::copy(small_data(), data, fs::copy_options::recursive);
  const Ran ran = run(out, {}, data);
  ASSERT_EQ(ran.status, 0) << ran.err;
  train_study(GetParam(), folder_ / "plain", {"--epochs", "1"});
  EXPECT_TRUE(read_file(out / "model.safetensors") ==
              read_file(folder_ / "plain/model.safetensors"));
  const Ran resumed = run(out, {"--epochs", "2", "--resume", "--quiet"}, data);
  EXPECT_EQ(resumed.status, 0) << resumed.err;
}

TEST_P(Outcome, OfValuesThatMakeNoSense) {
  for (const char* flag :
       {"--epochs", "--batch-size", "--checkpoint-every", "--seeds", "--threads"}) {
    for (const char* value : {"0", "-1", "1e3", "many", "99999999999999999999"}) {
      const Ran ran = run_study(GetParam(), {flag, value}, {.folder = folder_.path()});
      expect_one_complaint(GetParam(), ran, 2,
                           fmt::format("{}: got {}, expected a whole number from 1", flag, value));
    }
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_P(Outcome, OfABatchLargerThanTheDataIsThatOfAllOfIt) {
  const Ran ran = run(folder_ / "run", {"--batch-size", "2147483647", "--epochs", "3", "--quiet"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  train_study(GetParam(), folder_ / "all", {"--batch-size", "1000", "--epochs", "3"});
  EXPECT_TRUE(read_file(folder_ / "run/model.safetensors") ==
              read_file(folder_ / "all/model.safetensors"));
}

TEST_P(Outcome, OfASingleSample) {
  write_fashion_like(folder_ / "data", {.train = 1, .test = 1, .rows = 12, .columns = 12});
  write(folder_ / "data/ecg.csv", small_ecg(1));
  write(folder_ / "data/digits.csv", small_digits(1));
  const std::map<std::string, std::string> errors = {
      {"ae_fashion", "the normal training set has no image of class"},
      {"vae_fashion", "the normal training set has no image of class"},
      {"ae_digits", "got 1 image, expected at least two"},
      {"ae_ecg", "got 1 beat, expected at least two"}};
  const Ran ran = run(folder_ / "run", {"--quiet"}, folder_ / "data");
  if (GetParam() == "ae_basic") {  // one image for training and one for the test will do
    EXPECT_EQ(ran.status, 0) << ran.err;
    return;
  }
  expect_one_complaint(GetParam(), ran, 1, errors.at(GetParam()));
}

TEST_P(Outcome, OfClassesThatAreNotInTheData) {
  const fs::path data = folder_ / "data";
  write_fashion_like(data, {.train = 100, .test = 50, .rows = 12, .columns = 12});
  write(data / "train-labels-idx1-ubyte", idx({100}, std::string(100, '\2')));
  std::string digits = small_digits(), beats = small_ecg();
  for (std::size_t at = 0; (at = digits.find('\n', at)) != digits.npos; ++at) digits[at - 1] = '3';
  for (std::size_t at = 0; (at = beats.find('\n', at)) != beats.npos; ++at) beats[at - 1] = '1';
  write(data / "digits.csv", digits);
  write(data / "ecg.csv", beats);
  const std::map<std::string, std::string> errors = {
      {"ae_fashion", "has no image of class 5, 7, 9, expected at least one"},
      {"vae_fashion", "has no image of class 9, expected at least one"},
      {"ae_ecg", "all of them normal (label 1), expected abnormal (label 0) ones too"}};
  const Ran ran = run(folder_ / "run", {"--quiet"}, data);
  if (!errors.contains(GetParam())) {  // these train on all classes, whichever there are
    EXPECT_EQ(ran.status, 0) << ran.err;
    return;
  }
  expect_one_complaint(GetParam(), ran, 1, errors.at(GetParam()));
}

TEST(FileSizeLimit, IsNamedAndNoReasonToBeKilled) {
  if (GRADUS_TSAN) GTEST_SKIP() << "ThreadSanitizer keeps its own memory in such a file";
  const TempDir folder;
  const std::string run = fmt::format("ulimit -f 1; exec {}/ae_digits --epochs 1 --quiet --out {}",
                                      GRADUS_PROGRAMS, (folder / "run").string());
  // Counts of coverage are files, too.
  const RunOptions options{
      .environment = {{"GCOV_PREFIX", folder / "counts"}, {"GCOV_ERROR_FILE", "/dev/null"}}};
  expect_one_complaint(
      "ae_digits", run_program({"/bin/sh", "-c", run}, options), 1,
      (folder / "run/checkpoint.safetensors").string() + ": cannot be written: File too large");
}

TEST(LearningGoneWrong, IsSaidOnTheTerminalAndInTheReport) {
  const TempDir folder;
  const std::vector<std::pair<Arguments, std::string>> wrong = {
      {{"--learning-rate", "1e-9"}, "The loss has hardly moved since epoch 1"},
      {{"--learning-rate", "0.5"}, "units of encoder.dense have learned nothing"}};
  for (const auto& [arguments, about] : wrong) {
    const Ran ran = run_study("ae_digits", join(arguments, {"--out", folder / "run", "--force"}));
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.err, HasSubstr("\nWarning: "));
    EXPECT_THAT(ran.err, HasSubstr(about));
    const std::string page = read_file(folder / "run/report.html");
    EXPECT_THAT(page, HasSubstr("Learning went wrong"));
    EXPECT_THAT(page, HasSubstr(about));
  }
  train_study("ae_digits", folder / "right");
  EXPECT_EQ(read_file(folder / "right/report.html").find("Learning went wrong"), std::string::npos);
  const Ran nan = run_study("ae_digits", {"--out", folder / "nan", "--learning-rate", "1e30"});
  EXPECT_EQ(nan.status, 1);
  EXPECT_THAT(nan.err, HasSubstr("in epoch 1, step 2; try a smaller learning rate"));
  EXPECT_THAT(nan.err, HasSubstr("; see " + (folder / "nan/report.html").string()));
  EXPECT_THAT(read_file(folder / "nan/report.html"), HasSubstr("NaN in step 2 of epoch 1."));
  expect_stands_alone(folder / "nan/report.html");
  expect_whole_pictures(folder / "nan");
}

TEST(LearningGoneWrong, LeavesNoModelThatPredictWouldTake) {
  const TempDir folder;
  const auto predict = [&](const fs::path& model) {
    return run_study("predict", {model, small_data() / "digits.csv", "--labelled", "--out",
                                 folder / "scores.csv"});
  };
  run_study("ae_digits", {"--out", folder / "nan", "--learning-rate", "1e30"});
  EXPECT_THAT(predict(folder / "nan").err, HasSubstr("has no model.safetensors"));
  train_study("ae_digits", folder / "run", {"--epochs", "1"});
  fs::remove(folder / "run/metrics.json");  // as a run does that is trained on
  expect_one_complaint("predict", predict(folder / "run"), 1, "its run is not finished");
  const Ran named = predict(folder / "run/model.safetensors");
  EXPECT_EQ(named.status, 0) << named.err;
}

}  // namespace
}  // namespace gradus::test
