// The bar, and the texts that it is made of (progress_text.h).
#include "optim/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "optim/progress_text.h"

namespace gradus::optim {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string content(std::FILE* file) {
  std::fflush(file);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  return text;
}

TEST(Duration, IsOfTwoUnitsAtMost) {
  EXPECT_EQ(duration(0), "0s");
  EXPECT_EQ(duration(59.4), "59s");
  EXPECT_EQ(duration(59.6), "1m 00s") << "not 60s";
  EXPECT_EQ(duration(754), "12m 34s");
  EXPECT_EQ(duration(3599.4), "59m 59s");
  EXPECT_EQ(duration(3599.6), "1h 00m");
  EXPECT_EQ(duration(360'061), "100h 01m");
}

TEST(Bar, IsAsFullAsTheWorkIsDone) {
  EXPECT_EQ(bar(0, 10), ">........................");
  EXPECT_EQ(bar(5, 10), "============>............");
  EXPECT_EQ(bar(9, 10), "======================>..");
  EXPECT_EQ(bar(24, 25), "========================>");
  EXPECT_EQ(bar(10, 10), "=========================");
  EXPECT_EQ(bar(0, 0), bar(0, 1)) << "of nothing";
}

TEST(ProgressBar, WritesOnePlainLineAnEpochToAFile) {
  const File file(std::tmpfile(), std::fclose);
  ProgressBar progress(file.get());
  progress.on_train_begin({1, 1, 3});
  progress.on_batch_end({}, {1, 4, 3, 0});
  progress.on_batch_end({}, {3, 12, 6, 0});
  progress.on_epoch_end({{1, 0.51236, std::nullopt, 1.234}});
  EXPECT_EQ(content(file.get()), "Epoch 1/1 - 1.23s - loss: 0.5124 - 0s left\n");
}

TEST(ProgressBar, AddsTheValidationLoss) {
  const File file(std::tmpfile(), std::fclose);
  ProgressBar progress(file.get());
  progress.on_train_begin({7, 7, 3});
  progress.on_epoch_end({{7, 0.5, 0.25, 60}});
  EXPECT_EQ(content(file.get()),
            "Epoch 7/7 - 60.00s - loss: 0.5000 - val_loss: 0.2500 - 0s left\n");
}

TEST(ProgressBar, WritesALineForEachOfSeveralEpochs) {
  const File file(std::tmpfile(), std::fclose);
  ProgressBar progress(file.get());
  progress.on_train_begin({1, 2, 3});
  progress.on_epoch_end({{1, 4, std::nullopt, 0}});
  progress.on_epoch_end({{1, 4, std::nullopt, 0}, {2, 3, std::nullopt, 0}});
  EXPECT_THAT(content(file.get()),
              MatchesRegex("Epoch 1/2 - 0.00s - loss: 4.0000 - [0-9ms ]+ left\n"
                           "Epoch 2/2 - 0.00s - loss: 3.0000 - 0s left\n"));
}

// Taken up after the last batch of an epoch that never ended: no rate to guess from yet.
TEST(ProgressBar, GuessesNoTimeFromNoBatch) {
  const File file(std::tmpfile(), std::fclose);
  ProgressBar progress(file.get());
  progress.on_train_begin({1, 3, 4, {4, 16, 8, 2}});
  progress.on_epoch_end({{1, 0.5, std::nullopt, 2}});
  EXPECT_EQ(content(file.get()), "Epoch 1/3 - 2.00s - loss: 0.5000 - 0s left\n");
}

TEST(ProgressBar, IsSeenAtOnce) {
  const File file(std::tmpfile(), std::fclose);
  ProgressBar progress(file.get());
  progress.on_train_begin({1, 1, 1});
  progress.on_epoch_end({{1, 1, std::nullopt, 0}});
  char first = 0;  // past the buffer of the stream
  ASSERT_EQ(::pread(::fileno(file.get()), &first, 1, 0), 1);
  EXPECT_EQ(first, 'E');
}

TEST(ProgressBar, LeavesALineThatItEndedAlone) {
  const File file(std::tmpfile(), std::fclose);
  {
    ProgressBar progress(file.get());
    progress.on_train_begin({1, 2, 3});
    progress.on_batch_end({}, {1, 4, 3, 0});
  }
  EXPECT_EQ(content(file.get()), "");
}

// A terminal is drawn on; a pseudo-terminal is one.
TEST(ProgressBar, DrawsABarOnATerminal) {
  const int control = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (control < 0 || ::grantpt(control) != 0 || ::unlockpt(control) != 0) {
    GTEST_SKIP() << "there are no pseudo-terminals here";
  }
  File terminal(std::fopen(::ptsname(control), "w"), std::fclose);
  ASSERT_NE(terminal, nullptr);
  {
    ProgressBar progress(terminal.get());
    progress.on_train_begin({1, 1, 4});
    progress.on_batch_end({}, {2, 8, 6, 0});
    progress.on_batch_end({}, {3, 12, 6, 0});  // too soon after the one before to be drawn
    progress.on_epoch_end({{1, 0.5, 0.25, 1.5}});
  }
  {
    ProgressBar stopped(terminal.get());
    stopped.on_train_begin({2, 2, 4});
    stopped.on_batch_end({}, {1, 4, 2, 0});
  }
  std::fputs("an error\n", terminal.get());
  std::fflush(terminal.get());
  std::string seen;
  pollfd wait{control, POLLIN, 0};
  while (seen.find("error") == std::string::npos && ::poll(&wait, 1, 5000) == 1) {
    char buffer[1024];
    const ssize_t n = ::read(control, buffer, sizeof buffer);
    if (n <= 0) break;
    seen.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(control);
  EXPECT_THAT(seen, HasSubstr("\rEpoch 1/1  2/4 [============>............] "));
  EXPECT_THAT(seen, HasSubstr(" left - loss: 0.7500\x1b[K"));
  EXPECT_THAT(seen, Not(HasSubstr("  3/4 [")));
  EXPECT_THAT(seen, HasSubstr(" left - loss: 0.5000\x1b[K\r\nan error"));
  EXPECT_THAT(seen, HasSubstr("\rEpoch 1/1  4/4 [=========================] 1.50s - loss: 0.5000 "
                              "- val_loss: 0.2500 - 0s left\x1b[K"));
}

}  // namespace
}  // namespace gradus::optim
