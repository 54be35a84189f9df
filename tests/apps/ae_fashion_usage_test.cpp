// What ae_fashion says and leaves alone when it cannot do what it was asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/apps/ae_fashion.h"

namespace gradus::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

void expect_complaint(const Ran& ran, int status, const std::string& about) {
  expect_one_complaint("ae_fashion", ran, status, about);
}

TEST(AeFashionUsage, WrongUsageIsStatusTwoAndNamesTheFlag) {
  const TempDir folder;
  const std::vector<std::pair<Arguments, std::string>> wrong = {
      {{"--bogus"}, "--bogus"},
      {{"--epoch", "3"}, "got --epoch, expected one of the program's flags, such as --epochs"},
      {{"--learning", "3"}, "such as --learning-rate"},
      {{"stray"}, "stray"},
      {{"-x"}, "-x"},
      {{"--epochs"}, "--epochs"},
      {{"--epochs", "0"}, "--epochs: got 0, expected"},
      {{"--epochs", "-1"}, "--epochs"},
      {{"--epochs", "1.5"}, "--epochs"},
      {{"--epochs", "0x10"}, "--epochs"},
      {{"--epochs", " 5"}, "--epochs"},
      {{"--epochs", "5 "}, "--epochs"},
      {{"--epochs", "2147483648"}, "--epochs"},
      {{"--epochs", "99999999999999999999"}, "--epochs"},
      {{"--epochs", "1", "--epochs", "2"}, "--epochs"},
      {{"--batch-size", "0"}, "--batch-size"},
      {{"--checkpoint-every", "0"}, "--checkpoint-every: got 0, expected a whole number from 1"},
      {{"--checkpoint-every", "-3"}, "--checkpoint-every"},
      {{"--batch-size", ""}, "--batch-size: got nothing, expected"},
      {{"--learning-rate", "0"}, "--learning-rate"},
      {{"--gemm", "mkl"}, "--gemm: got mkl, expected blas or own"},
      {{"--learning-rate", "-0.1"}, "--learning-rate"},
      {{"--learning-rate", "nan"}, "--learning-rate"},
      {{"--learning-rate", "inf"}, "--learning-rate: got inf, expected a number from 1e-45 to"},
      {{"--learning-rate", "1e39"}, "--learning-rate: got 1e39, expected a number from 1e-45 to"},
      {{"--learning-rate", "1e-60"}, "--learning-rate: got 1e-60, expected a number from 1e-45"},
      {{"--learning-rate", "1,5"}, "--learning-rate"},
      {{"--seed", "-1"}, "--seed"},
      {{"--seed", "18446744073709551616"}, "--seed"},
      {{"--seeds", "0"}, "--seeds"},
      {{"--seed", "18446744073709551615", "--seeds", "2"}, "--seeds"},
      {{"--threads", "0"}, "--threads"},
      {{"--threads", "two"}, "--threads"},
      {{"--out"}, "--out"},
      {{"--out", ""}, "--out: got nothing, expected"},
      {{"--out=", "--force"}, "--out: got nothing"},
      {{"--data", ""}, "--data"},
      {{"--resume", "--force"}, "got both --resume and --force, expected one of them"},
      {{"--quiet=perhaps"}, "--quiet"},
      {{"--normal", "10"}, "--normal"},
      {{"--normal", "-1"}, "--normal"},
      {{"--normal", "shirts"}, "--normal: got shirts, expected numbers from 0 to 9 or names"},
      {{"--normal", ","}, "--normal"},
      {{"--normal", "5,5"}, "--normal"},
      {{"--normal", "4"}, "--abnormal"},
      {{"--abnormal", "4,4"}, "--abnormal"},
      {{"--bad\nflag"}, "--bad flag"},
  };
  for (const auto& [arguments, flag] : wrong) {
    SCOPED_TRACE(::testing::PrintToString(arguments));
    const Ran ran = ae_fashion(arguments, {.folder = folder.path()});
    expect_complaint(ran, 2, flag);
    EXPECT_THAT(ran.err, HasSubstr("ae_fashion --help"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path())) << "wrong usage left a file";
}

TEST(AeFashionUsage, HelpNamesEveryFlag) {
  for (const char* flag : {"--help", "-h"}) {
    const Ran ran = ae_fashion({flag});
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.err, "");
    for (const char* word : {"--out DIR",
                             "--data DIR",
                             "--seed N",
                             "--seeds N",
                             "--epochs N",
                             "--batch-size N",
                             "--learning-rate X",
                             "--threads N",
                             "--resume",
                             "--force",
                             "--quiet",
                             "--help",
                             "--version",
                             "--normal LIST",
                             "--abnormal LIST",
                             "[5,7,9]",
                             "[4]",
                             "[100]",
                             "[128]",
                             "[0.001]",
                             "9 Ankle boot",
                             "summary.csv"}) {
      EXPECT_THAT(ran.out, HasSubstr(word));
    }
  }
  const Ran version = ae_fashion({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, StartsWith("ae_fashion (gradus "));
}

TEST(AeFashionUsage, NumbersAreDecimal) {
  const TempDir folder;
  train_into(folder / "run", {"--epochs", "03", "--seed", "010"});
  EXPECT_EQ(metrics(folder / "run")["epochs"], 3);
  EXPECT_EQ(metrics(folder / "run")["seed"], 10);
}

TEST(AeFashionFolder, AnEarlierRunStaysUnlessReplaced) {
  const TempDir folder;
  const fs::path out = folder / "run";
  train_into(out, {"--epochs", "1"});
  const std::string before = lasting_metrics(out);
  const Arguments again = {"--data", small_data(), "--out", out, "--epochs", "2"};

  const Ran refused = ae_fashion(again);
  expect_complaint(refused, 1, out.string());
  EXPECT_THAT(refused.err, AllOf(HasSubstr("--out"), HasSubstr("--force"), HasSubstr("--resume")));
  EXPECT_EQ(lasting_metrics(out), before);

  write(out / "mine.txt", "mine");
  train_into(out, {"--epochs", "2", "--force"});
  EXPECT_EQ(metrics(out)["epochs"], 2);
  EXPECT_EQ(read_file(out / "mine.txt"), "mine");
}

TEST(AeFashionFolder, RefusesAnyFolderWithSomethingInIt) {
  const TempDir folder;
  write(folder / "mine.txt", "mine");
  expect_complaint(ae_fashion({"--data", small_data(), "--out", folder.path()}), 1,
                   folder.path().string());
  EXPECT_EQ(files_in(folder.path()), std::vector<std::string>{"mine.txt"});
}

TEST(AeFashionFolder, NamesAFolderThatCannotBe) {
  const TempDir folder;
  write(folder / "file", "");
  fs::create_symlink("nowhere", folder / "dangling");
  std::vector<fs::path> places = {folder / "file", folder / "file" / "run", folder / "dangling",
                                  "/proc/gradus", folder / std::string(300, 'a')};
  if (::geteuid() != 0) {  // root may write anywhere
    fs::create_directory(folder / "locked");
    fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
    places.push_back(folder / "locked" / "run");
  }
  for (const fs::path& place : places) {
    expect_complaint(ae_fashion({"--data", small_data(), "--out", place}), 1, place.string());
  }
}

TEST(AeFashionFolder, MayHaveAnyName) {
  const TempDir folder;
  for (const std::string name :
       {"a b", "it's \"$(quoted)\"", "\xff\xfe", "-x", "two\nlines", "made/with/parents"}) {
    SCOPED_TRACE(name);
    const Arguments arguments = {"--data", small_data(), "--out=" + name, "--epochs", "1"};
    const Ran ran = ae_fashion(arguments, {.folder = folder.path()});
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_TRUE(fs::exists(folder / name / "metrics.json"));
    EXPECT_EQ(ae_fashion(arguments, {.folder = folder.path()}).err_lines(), 1u);
  }
}

TEST(AeFashionFolder, IsNamedAfterTheStudyByDefault) {
  const TempDir folder;
  const Ran ran = ae_fashion(
      {"--epochs", "1", "--quiet"},
      {.folder = folder.path(), .environment = {{"GRADUS_DATA", small_data()}, {"HOME", {}}}});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(fs::exists(folder / "ae_fashion" / "metrics.json"));
}

TEST(AeFashionData, AMissingFolderIsNamed) {
  const TempDir folder;
  const Ran ran = ae_fashion({"--data", folder / "none", "--out", folder / "run"});
  expect_complaint(ran, 1, "--data " + (folder / "none").string());
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(AeFashionData, ADamagedFileIsNamedAndNothingTrained) {
  const std::vector<std::string> names = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                          "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
  const TempDir folder;
  const fs::path data = folder / "data";
  fs::copy(small_data(), data);
  for (const std::string& name : names) {
    const fs::path file = data / (name + ".gz");
    const std::string whole = read_file(file);
    const uint32_t count = name.starts_with("train") ? 400 : 100;
    const std::string resized = name.find("images") != std::string::npos
                                    ? idx({count, 12, 11}, std::string(count * 132, '\0'))
                                    : idx({count - 1}, std::string(count - 1, '\1'));
    const std::vector<std::pair<std::string, std::optional<std::string>>> damages = {
        {"missing", std::nullopt},
        {"cut short", whole.substr(0, whole.size() / 2)},
        {"empty", ""},
        {"foreign", "<html>404 Not Found</html>"},
        {"of another size", resized},
        {"with a value too many", gzip(idx({2}, "abc"))},
        {"with a label of no class", gzip(idx({count}, std::string(count, '\x0a')))},
    };
    for (const auto& [what, bytes] : damages) {
      SCOPED_TRACE(name + " " + what);
      fs::remove(file);
      if (bytes) write(file, *bytes);
      const Ran ran = ae_fashion({"--data", data, "--out", folder / "run"});
      // Images of another size are the mistake of either file: the test's is named.
      const bool either = what == "of another size" && name == names[0];
      expect_complaint(ran, 1, either ? "-images-idx3-ubyte" : name);
      EXPECT_FALSE(fs::exists(folder / "run"));
    }
    write(file, whole);
  }
}

TEST(AeFashionData, ClassesThatAreNotThereAreNamed) {
  const TempDir folder;
  // The classes 5 to 9 alone.
  write_fashion_like(folder / "data", {.train = 100, .test = 50, .rows = 2, .columns = 2});
  write(folder / "data" / "train-labels-idx1-ubyte", idx({100}, std::string(100, '\5')));
  train_into(folder / "run", {"--epochs", "1"});
  const std::string before = read_file(folder / "run/metrics.json");
  const Ran ran = ae_fashion({"--data", folder / "data", "--out", folder / "run", "--force"});
  expect_complaint(ran, 1, "the abnormal validation set has no image of class 4");
  EXPECT_EQ(read_file(folder / "run/metrics.json"), before);
}

TEST(AeFashionStreams, ThatCannotBeWrittenChangeNothingButTheStatus) {
  const TempDir folder;
  const auto with = [&](const char* name, std::array<const char*, 3> streams) {
    return ae_fashion({"--data", small_data(), "--out", folder / name, "--epochs", "1"},
                      {.streams = streams});
  };
  EXPECT_EQ(with("full_err", {nullptr, nullptr, "/dev/full"}).status, 0);
  EXPECT_EQ(with("closed", {"", "", ""}).status, 0);
  const Ran full_out = with("full_out", {nullptr, "/dev/full", nullptr});
  EXPECT_EQ(full_out.status, 1);
  EXPECT_THAT(full_out.err, HasSubstr("standard output"));
  for (const char* name : {"closed", "full_out"}) {
    for (const char* file : {"metrics.json", "model.safetensors", "scores.csv"}) {
      const auto text = [&](const char* run) {
        return file == std::string("metrics.json") ? lasting_metrics(folder / run)
                                                   : read_file(folder / run / file);
      };
      EXPECT_EQ(text(name), text("full_err")) << name << " " << file;
    }
  }
  EXPECT_EQ(ae_fashion({"--bogus"}, {.streams = {nullptr, nullptr, "/dev/full"}}).status, 2);
  EXPECT_EQ(ae_fashion({"--bogus"}, {.streams = {"", "", ""}}).status, 2);
  EXPECT_EQ(ae_fashion({"--help"}, {.streams = {nullptr, "/dev/full", nullptr}}).status, 1);
}

TEST(AeFashionStreams, WithoutGnuplotNothingIsBegunAndWhereItFailsTheTrainingIsKept) {
  const TempDir folder;
  const Arguments arguments = {"--data",   small_data(), "--out",  folder / "run",
                               "--epochs", "2",          "--quiet"};
  const RunOptions options{.environment = {{"PATH", folder.path()}}};
  expect_complaint(ae_fashion(arguments, options), 1, "no gnuplot in PATH");
  EXPECT_FALSE(fs::exists(folder / "run"));
  write(folder / "gnuplot", "#!/none\n");
  fs::permissions(folder / "gnuplot", fs::perms::owner_all);
  const Ran ran = ae_fashion(arguments, options);
  expect_complaint(ran, 1, "gnuplot did not start");
  EXPECT_THAT(ran.err, HasSubstr("--resume"));
  EXPECT_FALSE(fs::exists(folder / "run" / "metrics.json"));
  train_into(folder / "run", {"--epochs", "2", "--resume"});
}

TEST(AeFashionTraining, EndsWhereItDiverges) {
  const TempDir folder;
  const Arguments diverging = {"--data",  small_data(),      "--out", folder / "run",
                               "--quiet", "--learning-rate", "1e30"};
  const std::vector<std::string> left = {"contents.txt", "loss.png", "loss_by_step.png",
                                         "report.html"};
  expect_complaint(ae_fashion(diverging), 1, "; try a smaller learning rate; see ");
  EXPECT_EQ(files_in(folder / "run"), left);
  train_into(folder / "run", {"--epochs", "1", "--force"});

  // What diverges in the place of an earlier run leaves nothing of it either.
  ae_fashion(join(diverging, {"--force"}));
  EXPECT_EQ(files_in(folder / "run"), left);
}

}  // namespace
}  // namespace gradus::test
