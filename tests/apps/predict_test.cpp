// Scoring a user's own samples with the models that the studies leave.
#include <sys/stat.h>

#include <cstring>

#include "tests/apps/programs.h"

namespace gradus::test {
namespace {

using ::testing::HasSubstr;

// Runs of some studies on the small data, made as they are needed, once in a process.
const fs::path& trained(const std::string& study) {
  static const TempDir folder;
  static std::map<std::string, fs::path> runs;
  if (!runs.contains(study)) {
    train_study(study, folder / study, {"--epochs", "2"});
    runs[study] = folder / study;
  }
  return runs[study];
}

// The scores that predict writes, which must do well.
Csv predicted(const Arguments& arguments) {
  const TempDir folder;
  const Ran ran =
      run_study("predict", join(arguments, {"--out", folder / "scores.csv", "--quiet"}));
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out + ran.err, "");
  if (ran.status != 0) write(folder / "scores.csv", "");
  return Csv(folder / "scores.csv");
}

void expect_refused(const Arguments& arguments, const std::string& about) {
  const TempDir folder;
  expect_one_complaint(
      "predict", run_study("predict", join(arguments, {"--out", folder / "scores.csv"})), 1, about);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

const fs::path& test_images() {
  static const fs::path file = small_data() / "t10k-images-idx3-ubyte.gz";
  return file;
}

TEST(Predict, AgreesWithTheRunOnItsTestImages) {
  const Csv scores = predicted({trained("ae_fashion"), test_images()});
  EXPECT_EQ(scores.header, "index,mae,verdict");
  ASSERT_EQ(scores.rows.size(), 100u);
  const Csv run(trained("ae_fashion") / "scores.csv");
  for (const auto& row : run.rows) {
    const auto& mine = scores.rows.at(static_cast<std::size_t>(std::stoi(row[0])));
    EXPECT_EQ(mine[0], row[0]);
    EXPECT_NEAR(std::stod(mine[1]), std::stod(row[2]), 1e-6);
    EXPECT_EQ(mine[2], row[3] == "1" ? "normal" : "anomaly");
  }
}

TEST(Predict, AgreesWithTheRunOnRowsOfACsvFile) {
  const fs::path rows = small_data() / "ecg.csv";
  const Csv scores = predicted({trained("ae_ecg") / "model.safetensors", rows, "--labelled"});
  ASSERT_EQ(scores.rows.size(), 120u);
  for (const auto& row : Csv(trained("ae_ecg") / "scores.csv").rows) {
    const auto& mine = scores.rows.at(static_cast<std::size_t>(std::stoi(row[0])));
    EXPECT_NEAR(std::stod(mine[1]), std::stod(row[2]), 1e-6);
    EXPECT_EQ(mine[2], row[3] == "1" ? "normal" : "anomaly");
  }
  expect_refused({trained("ae_ecg"), rows}, "--labelled");
}

// The training set, which the range is of, does not hold it.
TEST(Predict, TakesASpikeOfTheTestSetWhichTheStudyTook) {
  const TempDir folder;
  const int tested = std::stoi(Csv(trained("ae_ecg") / "scores.csv").rows.front()[0]);
  std::string beats = small_ecg();
  std::size_t line = 0;
  for (int i = 0; i < tested; ++i) line = beats.find('\n', line) + 1;
  beats.replace(line, beats.find(',', line) - line, "-60");
  write(folder / "ecg.csv", beats);
  const Ran ran = run_study("ae_ecg", {"--data", folder / "ecg.csv", "--epochs", "1", "--quiet",
                                       "--out", folder / "run"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const Csv scores = predicted({folder / "run", folder / "ecg.csv", "--labelled"});
  EXPECT_EQ(scores.rows.at(static_cast<std::size_t>(tested))[2], "anomaly");
}

class PredictByEachGemm : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(, PredictByEachGemm, ::testing::Values("blas", "own"),
                         [](const auto& gemm) { return gemm.param; });

TEST_P(PredictByEachGemm, AgreesWithTheRunOnADigitExactlyOnTheThreshold) {
  const TempDir folder;
  // Of 101 errors the 99th percentile is the last but one.
  write(folder / "digits.csv", small_digits(202));
  train_study("ae_digits", folder / "run",
              {"--epochs", "1", "--data", folder.path(), "--gemm", GetParam()});
  std::vector<std::string> lines;
  std::istringstream text(small_digits(202));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::string test_rows;  // in the run's order: products of the same sizes, so the same bits
  const Csv run(folder / "run" / "scores.csv");
  for (const auto& row : run.rows) test_rows += lines.at(std::stoul(row[0])) + '\n';
  write(folder / "test.csv", test_rows);
  const Csv scores = predicted({folder / "run", folder / "test.csv", "--labelled"});
  ASSERT_EQ(scores.column(1), run.column(2));
  const double threshold = metrics(folder / "run")["threshold"];
  EXPECT_EQ(std::ranges::count(run.column(2), threshold), 1) << "no test of the tie";
  for (std::size_t i = 0; i < run.rows.size(); ++i) {
    EXPECT_EQ(run.rows[i][3], run.column(2)[i] <= threshold ? "1" : "0");
    EXPECT_EQ(scores.rows[i][2], run.rows[i][3] == "1" ? "normal" : "anomaly");
  }
}

// Floats (n, 12, 12) as NumPy saves them.
std::string npy(const std::vector<float>& values) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                       std::to_string(values.size() / 144) + ", 12, 12), }";
  header.resize(117, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\1\0", 8);
  bytes += {static_cast<char>(header.size()), '\0'};
  bytes += header;
  const std::size_t start = bytes.size();
  bytes.resize(start + values.size() * sizeof(float));
  std::memcpy(bytes.data() + start, values.data(), values.size() * sizeof(float));
  return bytes;
}

TEST(Predict, ReadsNumPyFilesRawAndScaled) {
  const TempDir folder;
  const std::string pixels = banded_images(100, 12, 12);
  std::vector<float> raw, scaled;
  for (const char pixel : pixels) {
    raw.push_back(static_cast<uint8_t>(pixel));
    scaled.push_back(static_cast<float>(static_cast<uint8_t>(pixel)) / 255);
  }
  write(folder / "raw.npy", npy(raw));
  write(folder / "scaled.npy", npy(scaled));
  const std::vector<double> expected = predicted({trained("ae_fashion"), test_images()}).column(1);
  EXPECT_EQ(predicted({trained("ae_fashion"), folder / "raw.npy"}).column(1), expected);
  const auto near = ::testing::Pointwise(::testing::DoubleNear(1e-6), expected);
  EXPECT_THAT(predicted({trained("ae_fashion"), folder / "scaled.npy", "--scaled"}).column(1),
              near);
  expect_refused({trained("ae_fashion"), folder / "scaled.npy"}, "--scaled");
  expect_refused({trained("ae_fashion"), folder / "raw.npy", "--scaled"}, "raw.npy");
}

TEST(Predict, GivesVerdictsByTheThresholdThatIsNamed) {
  const fs::path& basic = trained("ae_basic");
  EXPECT_EQ(predicted({basic, test_images()}).header, "index,mae") << "it has no threshold";
  const std::vector<double> mae = predicted({basic, test_images()}).column(1);
  const std::string threshold = "0.29";
  const Csv scores = predicted({basic, test_images(), "--threshold", threshold});
  EXPECT_EQ(scores.header, "index,mae,verdict");
  for (std::size_t i = 0; i < mae.size(); ++i) {
    EXPECT_EQ(scores.rows[i][2], mae[i] < std::stod(threshold) ? "normal" : "anomaly");
  }
  const TempDir folder;
  for (const char* wrong : {"x", "nan", "-1", ""}) {
    const Ran ran = run_study("predict", {basic, test_images(), "--threshold", wrong},
                              {.folder = folder.path()});
    expect_one_complaint("predict", ran, 2, "--threshold");
  }
}

TEST(Predict, TheBestWeightsHaveNoThreshold) {
  const fs::path& run = trained("ae_fashion");
  const Csv scores = predicted({run / "best.safetensors", test_images()});
  EXPECT_EQ(scores.header, "index,mae");
  // Of two epochs the second is the better one, so its weights are the last, too.
  ASSERT_EQ(metrics(run)["best"]["epoch"], 2);
  EXPECT_EQ(scores.column(1), predicted({run, test_images()}).column(1));
  EXPECT_EQ(predicted({trained("vae_fashion") / "best.safetensors", test_images()}).rows.size(),
            100u);
}

TEST(Predict, NoiseOfAVariationalModelIsThatOfTheSeed) {
  const fs::path& run = trained("vae_fashion");
  const auto mae = [&](const char* seed) {
    return predicted({run, test_images(), "--seed", seed}).column(1);
  };
  EXPECT_EQ(mae("1"), mae("1"));
  EXPECT_NE(mae("1"), mae("2"));
  EXPECT_EQ(mae("42"), predicted({run, test_images()}).column(1)) << "the default";
}

TEST(Predict, RefusesFlagsThatWouldChangeNothing) {
  expect_refused({trained("ae_fashion"), test_images(), "--seed", "42"},
                 "got --seed with a model of ae_fashion, which draws no noise");
  expect_refused({trained("ae_fashion"), test_images(), "--labelled"},
                 "t10k-images-idx3-ubyte.gz: got --labelled with a file in IDX format");
}

TEST(Predict, AnEarlierFileStaysUnlessReplaced) {
  const TempDir folder;
  write(folder / "scores.csv", "mine");
  const Arguments arguments = {trained("ae_basic"), test_images(), "--quiet"};
  const RunOptions there{.folder = folder.path()};
  expect_one_complaint("predict", run_study("predict", arguments, there), 1, "--force");
  EXPECT_EQ(read_file(folder / "scores.csv"), "mine");
  EXPECT_EQ(run_study("predict", join(arguments, {"--force"}), there).status, 0);
  EXPECT_NE(read_file(folder / "scores.csv"), "mine");
}

TEST(Predict, ReplacesNoPipeOrDevice) {
  const TempDir folder;  // a pipe for /dev/null, which a mistake of ours would cost the machine
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const Arguments& more : {Arguments{}, {"--force"}}) {
    const Ran ran =
        run_study("predict", join({trained("ae_basic"), test_images(), "--out", pipe}, more));
    expect_one_complaint("predict", ran, 1, pipe.string() + ": is no regular file");
  }
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(Predict, ReplacesNoLink) {
  const TempDir folder;
  for (const char* name : {"mine.csv", "nothing.csv"}) {
    fs::create_symlink(name, folder / "link");
    write(folder / "mine.csv", "mine");
    const Ran ran = run_study(
        "predict", {trained("ae_basic"), test_images(), "--force", "--out", folder / "link"});
    expect_one_complaint("predict", ran, 1, "link: is no regular file");
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(read_file(folder / "mine.csv"), "mine");
    fs::remove(folder / "link");
  }
}

TEST(Predict, NeverReplacesWhatItReads) {
  const TempDir folder;
  fs::copy(trained("ae_basic") / "model.safetensors", folder / "model.safetensors");
  fs::copy(test_images(), folder / "images.gz");
  const std::string model = read_file(folder / "model.safetensors");
  const std::string images = read_file(folder / "images.gz");
  for (const char* out : {"model.safetensors", "./images.gz"}) {
    for (const char* run : {"model.safetensors", "."}) {
      const Ran ran = run_study("predict", {run, "images.gz", "--out", out, "--force"},
                                {.folder = folder.path()});
      expect_one_complaint("predict", ran, 1, std::string(out) + ": is read from, too");
    }
  }
  EXPECT_TRUE(read_file(folder / "model.safetensors") == model);
  EXPECT_TRUE(read_file(folder / "images.gz") == images);
}

TEST(Predict, ReplacesNoFileOfARun) {
  const TempDir folder;
  fs::copy(trained("ae_basic"), folder / "run", fs::copy_options::recursive);
  const std::string scores = read_file(folder / "run/scores.csv");
  for (const char* out : {"scores.csv", "contents.txt"}) {
    const Ran ran = run_study("predict", {".", test_images(), "--out", out, "--force"},
                              {.folder = folder / "run"});
    expect_one_complaint("predict", ran, 1, std::string(out) + ": is of the run in its folder");
  }
  EXPECT_TRUE(read_file(folder / "run/scores.csv") == scores);
}

TEST(Predict, BelievesNoDamagedWeights) {
  const TempDir folder;
  std::string model = read_file(trained("ae_fashion") / "model.safetensors");
  model.replace(model.size() - 4, 4, "\xff\xff\xff\xff");  // not a number
  write(folder / "damaged.safetensors", model);
  expect_refused({folder / "damaged.safetensors", test_images()},
                 "damaged.safetensors: not the model of a study (its tensor");
}

TEST(Predict, NamesWhatItCannotUse) {
  const TempDir folder;
  const fs::path& model = trained("ae_fashion");
  expect_refused({folder / "none", test_images()}, (folder / "none").string());
  expect_refused({folder.path(), test_images()}, "has no model.safetensors");
  expect_refused({model / "scores.csv", test_images()}, "scores.csv");
  expect_refused({model / "checkpoint.safetensors", test_images()},
                 "checkpoint.safetensors: does not say what model it is of");
  expect_refused({model, folder / "none"}, (folder / "none").string());
  expect_refused({model, small_data() / "t10k-labels-idx1-ubyte.gz"}, "(n, 12, 12)");
  write(
      folder / "high.csv", "256" + [] {
        std::string zeros;
        for (int i = 1; i < 144; ++i) zeros += ",0";
        return zeros;
      }());
  expect_refused({model, folder / "high.csv"}, "got 256");
  write(folder / "words.csv", "1,2\n3,four\n");
  expect_refused({model, folder / "words.csv"}, "words.csv");
  for (const Arguments& empty : {Arguments{"", test_images()}, {model, ""}}) {
    expect_one_complaint("predict", run_study("predict", empty, {.folder = folder.path()}), 2,
                         "got nothing, expected");
  }
}

TEST(Predict, SaysWhatCameOut) {
  const TempDir folder;
  const Ran ran =
      run_study("predict", {trained("ae_fashion"), test_images(), "--out", folder / "a.csv"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  for (const char* word : {"100 samples", "best_validation", "a.csv"}) {
    EXPECT_THAT(ran.out, HasSubstr(word));
  }
}

}  // namespace
}  // namespace gradus::test
