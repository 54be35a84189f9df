#include "apps/study/run/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>

#include "tensor/error.h"
#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int status;
  std::string out, err;
};

Outcome run(
    StudyOptions& options, std::vector<std::string> arguments,
    const std::function<void()>& body = [] {}) {
  const test::ThreadCount threads(num_threads());  // which --threads sets
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Program program("study", "What it does.", options, "Where the data is");
  const int status = program.run(static_cast<int>(argv.size()), argv.data(), body);
  std::string out = ::testing::internal::GetCapturedStdout();
  return {status, std::move(out), ::testing::internal::GetCapturedStderr()};
}

TEST(Program, ReadsEveryFlag) {
  StudyOptions options;
  int threads = 0;
  const Outcome outcome = run(options,
                              {"--out", "a b", "--data=d", "--seed", "18446744073709551613",
                               "--seeds", "3", "--epochs", "100000", "--batch-size", "16",
                               "--learning-rate", "1e-4", "--threads", "2", "--resume", "--quiet"},
                              [&] { threads = num_threads(); });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
  EXPECT_EQ(options.out, "a b");
  EXPECT_EQ(options.data, "d");
  EXPECT_EQ(options.seed, 18446744073709551613u);
  EXPECT_EQ(options.seeds, 3);
  EXPECT_EQ(options.epochs, 100000);
  EXPECT_EQ(options.batch_size, 16);
  EXPECT_EQ(options.learning_rate, Scalar(1e-4));
  EXPECT_EQ(threads, 2);
  EXPECT_TRUE(options.resume);
  EXPECT_TRUE(options.quiet);
  EXPECT_FALSE(options.force);
}

TEST(Program, DefaultsAreWhatTheOptionsSay) {
  StudyOptions options{.epochs = 12, .batch_size = 34};
  EXPECT_EQ(run(options, {}).status, 0);
  EXPECT_EQ(options.out, "study");
  EXPECT_EQ(options.epochs, 12);
  EXPECT_EQ(options.batch_size, 34);
  EXPECT_FALSE(options.data.has_value());
  EXPECT_THAT(run(options, {"--help"}).out, HasSubstr("[12]"));
}

TEST(Program, SaysFailuresInOneLineAndItsStatus) {
  StudyOptions options;
  const auto with = [&](const std::function<void()>& body) { return run(options, {}, body); };
  Outcome outcome = with([] { fail("file.txt: {}", "two\nlines\x1b[31m"); });
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "study: file.txt: two lines\xEF\xBF\xBD[31m\n");
  outcome = with([] { throw std::bad_alloc(); });
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "study: the system has no memory left\n");
  EXPECT_EQ(with([] { throw std::out_of_range("vector"); }).status, 1);

  bool called = false;
  outcome = run(options, {"--epochs", "none"}, [&] { called = true; });
  EXPECT_EQ(outcome.status, 2);
  EXPECT_FALSE(called);
  EXPECT_EQ(outcome.err,
            "study: --epochs: got none, expected a whole number from 1 to 100000 (see study "
            "--help)\n");
  outcome = run(options, {"--seeds", "20260101"}, [&] { called = true; });
  EXPECT_EQ(outcome.err,
            "study: --seeds: got 20260101, expected a whole number from 1 to 10000 (see study "
            "--help)\n");
}

}  // namespace
}  // namespace gradus::study
