// What a study does on a disk that fails: every single call that opens, reads, writes,
// closes, renames or removes a file of the run, or makes or lists a folder, fails once.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "tests/apps/programs.h"

namespace gradus::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// What the program is asked for where a call fails.
enum class Task { run, resume, force };

struct Failure {
  const char* kind;
  int error;
  Task task = Task::run;
  int least = 0;  // how many runs must end by it

  std::string name() const {
    const char* const reason = error == EIO ? "EIO" : error == EMFILE ? "EMFILE" : "ENOSPC";
    const char* const asked = task == Task::run      ? ""
                              : task == Task::resume ? "_resuming"
                                                     : "_replacing";
    return fmt::format("{}_{}{}", kind, reason, asked);
  }
};
void PrintTo(const Failure& failure, std::ostream* out) { *out << failure.name(); }

// Memory, where there is such a disk: some hundred runs would wait for a real one.
TempDir fast_folder() {
  const fs::path memory = "/dev/shm";
  return TempDir(fs::is_directory(memory) && ::access(memory.c_str(), W_OK) == 0
                     ? memory
                     : fs::temp_directory_path());
}

// In the place of gnuplot, for speed: charts that are whole by their ends.
constexpr const char* kGnuplot = R"(#!/bin/sh
for name in $(/bin/sed -n "s/^call 'draw.gp' '\([^']*\)'.*/\1/p" all.gp); do
  printf 'IEND\256B`\202' > "../$name.png.partial"
  echo '</svg>' > "$name.light.svg.partial"
  echo '</svg>' > "$name.dark.svg.partial"
done
)";

class FailingDisk : public ::testing::TestWithParam<Failure> {
 protected:
  FailingDisk() {
    write(folder_ / "gnuplot", kGnuplot);
    fs::permissions(folder_ / "gnuplot", fs::perms::owner_all);
  }

  Ran run(const fs::path& out, const Arguments& more, int failing_call = 0, int epochs = 4) {
    RunOptions options{.environment = {{"PATH", folder_.path()}}};
    if (failing_call > 0) {
      options.environment = {
          {"PATH", folder_.path()},
          {"LD_PRELOAD", GRADUS_FAIL_IO},
          {"GOMP_SPINCOUNT", "1000"},  // or the program starts itself over, without the library
          {"ASAN_OPTIONS", "verify_asan_link_order=0"},
          {"GRADUS_FAIL", fmt::format("{}:{}:{}", GetParam().kind, failing_call, GetParam().error)},
          {"GRADUS_FAIL_IN", out},
          {"GRADUS_FAIL_MARK", folder_ / "mark"}};
    }
    return run_study("ae_digits",
                     join({"--data", small_data(), "--out", out, "--epochs", std::to_string(epochs),
                           "--batch-size", "50", "--checkpoint-every", "1", "--threads", "1"},
                          more),
                     options);
  }

  // After a failure: --resume where the run had begun, or from the start.
  Ran finish(const fs::path& out) {
    Ran ran = run(out, {"--resume"});
    if (ran.status == 1 && ran.err.find("there is no run to resume") != ran.err.npos) {
      return run(out, {});
    }
    return ran;
  }

  const TempDir folder_ = fast_folder();
};
INSTANTIATE_TEST_SUITE_P(
    , FailingDisk,
    ::testing::Values(
        Failure{"open", EMFILE, Task::run, 15}, Failure{"read", EIO, Task::run, 1},
        Failure{"write", ENOSPC, Task::run, 15}, Failure{"short", ENOSPC},
        Failure{"truncate", EIO, Task::run, 1}, Failure{"fsync", EIO, Task::run, 15},
        Failure{"fsync", ENOSPC, Task::run, 15}, Failure{"close", EIO, Task::run, 15},
        Failure{"rename", EIO, Task::run, 15}, Failure{"mkdir", ENOSPC, Task::run, 2},
        Failure{"list", EIO, Task::run, 1}, Failure{"open", EMFILE, Task::resume, 15},
        Failure{"read", EIO, Task::resume, 4}, Failure{"truncate", EIO, Task::resume, 1},
        Failure{"remove", EIO, Task::resume, 2}, Failure{"list", EIO, Task::resume, 1},
        Failure{"read", EIO, Task::force, 2}, Failure{"truncate", EIO, Task::force, 1},
        Failure{"remove", EIO, Task::force, 15}, Failure{"list", EIO, Task::force, 1}),
    [](const auto& failure) { return failure.param.name(); });

TEST_P(FailingDisk, IsNamedAndTheRunGoesOnToTheVeryBits) {
  const fs::path whole = folder_ / "whole", half = folder_ / "half", out = folder_ / "run";
  const Task task = GetParam().task;
  ASSERT_EQ(run(whole, {}).status, 0);
  if (task == Task::resume) {
    ASSERT_EQ(run(half, {}, 0, 2).status, 0);
  }
  const Arguments asked = task == Task::run      ? Arguments{}
                          : task == Task::resume ? Arguments{"--resume"}
                                                 : Arguments{"--force"};
  int tried = 0, failed = 0, went_on = 0;
  for (int call = 1;; call += GRADUS_FAIL_EVERY) {
    fs::remove_all(out);
    fs::remove(folder_ / "mark");
    if (task != Task::run) {
      fs::copy(task == Task::resume ? half : whole, out, fs::copy_options::recursive);
    }
    const Ran ran = run(out, asked, call);
    SCOPED_TRACE(fmt::format("call {}: {}", call, ran.err));
    if (!fs::exists(folder_ / "mark")) break;
    ++tried;
    if (ran.status != 0) {
      ++failed;
      EXPECT_EQ(ran.status, 1);
      const std::string line = ran.err.substr(ran.err.rfind("ae_digits: "));
      EXPECT_EQ(line.find('\n'), line.size() - 1);
      EXPECT_THAT(line, AllOf(HasSubstr(out.string()), HasSubstr(std::strerror(GetParam().error))));
      const Ran resumed = finish(out);
      ASSERT_EQ(resumed.status, 0) << resumed.err;
      went_on += resumed.err.find("Going on after epoch ") != resumed.err.npos;
    }
    expect_same_run(whole, out);
    if (HasFailure()) return;
  }
  fmt::print("{} calls failed, {} of them ended the run, {} went on from a checkpoint\n", tried,
             failed, went_on);
  EXPECT_GE(failed, GetParam().least / GRADUS_FAIL_EVERY);
  if (GetParam().kind == std::string("short")) {
    EXPECT_EQ(failed, 0);  // the rest is written after it
  }
}

}  // namespace
}  // namespace gradus::test
