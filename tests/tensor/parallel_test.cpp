#include "tensor/parallel.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::ThreadCount;
using Chunks = std::set<std::pair<Index, Index>>;

// The chunks that a loop was cut into.
Chunks chunks_of(Index n, Index grain) {
  Chunks chunks;
  std::mutex mutex;
  parallel_for(n, grain, [&](Index begin, Index end) {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(chunks.insert({begin, end}).second);
  });
  return chunks;
}

TEST(ParallelFor, VisitsEveryIndexOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    const ThreadCount scope(threads);
    for (const Index n : {0, 1, 2, 7, 63, 64, 65, 1000}) {
      for (const Index grain : {1, 2, 7, 64, 1000, 5000}) {
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
        parallel_for(n, grain, [&](Index begin, Index end) {
          ASSERT_LT(begin, end);
          ASSERT_LE(end - begin, grain);
          for (Index i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
        });
        for (const auto& v : visits) ASSERT_EQ(v, 1) << n << " by " << grain;
      }
    }
  }
}

TEST(ParallelFor, BordersDoNotDependOnTheNumberOfThreads) {
  for (const Index n : {0, 1, 10, 100, 4096, 9999}) {
    for (const Index grain : {1, 3, 100, 8192}) {
      Chunks one;
      {
        const ThreadCount scope(1);
        one = chunks_of(n, grain);
      }
      for (const int threads : {2, 3, 8}) {
        const ThreadCount scope(threads);
        EXPECT_EQ(chunks_of(n, grain), one);
      }
    }
  }
}

TEST(ParallelFor, UsesAsManyThreadsAsItMay) {
  for (const int threads : {1, 2, 4}) {
    const ThreadCount scope(threads);
    std::set<std::thread::id> ids;
    std::mutex mutex;
    parallel_for(64, 1, [&](Index, Index) {
      const std::lock_guard lock(mutex);
      ids.insert(std::this_thread::get_id());
    });
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(threads));
  }
}

TEST(ParallelFor, OneChunkRunsOnTheCallingThread) {
  const ThreadCount scope(4);
  std::thread::id id;
  parallel_for(100, 100, [&](Index, Index) { id = std::this_thread::get_id(); });
  EXPECT_EQ(id, std::this_thread::get_id());
}

TEST(ParallelFor, ALoopInsideALoopStaysOnItsThread) {
  const ThreadCount scope(3);
  const int levels = omp_get_max_active_levels();
  omp_set_max_active_levels(2);  // OpenMP itself would start a team in a team now
  std::atomic<int> inner{0}, elsewhere{0};
  parallel_for(6, 1, [&](Index, Index) {
    const auto id = std::this_thread::get_id();
    parallel_for(50, 7, [&](Index begin, Index end) {
      inner += static_cast<int>(end - begin);
      if (std::this_thread::get_id() != id) ++elsewhere;
    });
  });
  omp_set_max_active_levels(levels);
  EXPECT_EQ(inner, 300);
  EXPECT_EQ(elsewhere, 0);
}

TEST(ParallelFor, ThrowsAChunksExceptionOnTheCallingThread) {
  for (const int threads : {1, 2, 4}) {
    const ThreadCount scope(threads);
    try {
      parallel_for(100, 1, [](Index begin, Index) {
        if (begin == 73) throw std::out_of_range("chunk 73");
      });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::out_of_range& e) {
      EXPECT_STREQ(e.what(), "chunk 73");
    }
  }
}

TEST(ParallelFor, EndsTheOtherChunksBeforeItThrows) {
  const ThreadCount scope(3);
  std::atomic<int> done{0};
  EXPECT_THROW(parallel_for(100, 1,
                            [&](Index begin, Index) {
                              if (begin % 10 == 0) throw std::runtime_error("tenth");
                              ++done;
                            }),
               std::runtime_error);
  EXPECT_EQ(done, 90);
  parallel_for(100, 1, [&](Index, Index) { ++done; });  // and the next loop is as good as new
  EXPECT_EQ(done, 190);
}

TEST(ParallelFor, MayBeCalledFromSeveralThreads) {
  const ThreadCount scope(2);
  std::atomic<Index> sum{0};
  {
    std::vector<std::jthread> callers;
    for (int t = 0; t < 4; ++t) {
      callers.emplace_back([&] {
        for (int round = 0; round < 20; ++round) {
          parallel_for(100, 3, [&](Index begin, Index end) { sum += end - begin; });
        }
      });
    }
  }
  EXPECT_EQ(sum, 4 * 20 * 100);
}

TEST(GrainFor, CountsRowsOfAChunk) {
  EXPECT_EQ(grain_for(1), kElementGrain);
  EXPECT_EQ(grain_for(784), kElementGrain / 784);
  EXPECT_EQ(grain_for(kElementGrain), 1);
  EXPECT_EQ(grain_for(kElementGrain * 10), 1);  // never below a row
  EXPECT_EQ(grain_for(0), kElementGrain);
}

TEST(NumThreads, IsKeptAndChecked) {
  const ThreadCount scope(5);
  EXPECT_EQ(num_threads(), 5);
  EXPECT_EQ(test::error_of([] { set_num_threads(0); }), "[threads] got 0, expected 1 to 1024");
  EXPECT_EQ(test::error_of([] { set_num_threads(-2); }), "[threads] got -2, expected 1 to 1024");
  EXPECT_EQ(num_threads(), 5);
  int elsewhere = 0;
  std::jthread([&] { elsewhere = num_threads(); }).join();
  EXPECT_EQ(elsewhere, 5);  // the setting is one of the process
}

// How many threads a loop of many chunks runs on.
std::size_t threads_of_a_loop() {
  std::set<std::thread::id> ids;
  std::mutex mutex;
  parallel_for(64, 1, [&](Index, Index) {
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  return ids.size();
}

TEST(ThreadLimit, HoldsWhileItLivesAndOnlyEverLowers) {
  const ThreadCount scope(4);
  {
    const ThreadLimit three(3);
    EXPECT_EQ(num_threads(), 3);
    EXPECT_EQ(threads_of_a_loop(), 3u);
    {
      const ThreadLimit one(1);
      EXPECT_EQ(threads_of_a_loop(), 1u);
    }
    EXPECT_EQ(threads_of_a_loop(), 3u);
    {
      const ThreadLimit eight(8);
      EXPECT_EQ(threads_of_a_loop(), 3u);
    }
    set_num_threads(2);
    EXPECT_EQ(threads_of_a_loop(), 2u);
    set_num_threads(4);
  }
  EXPECT_EQ(num_threads(), 4);
  EXPECT_EQ(threads_of_a_loop(), 4u);
}

TEST(ThreadLimit, IsOfItsThreadAlone) {
  const ThreadCount scope(3);
  const ThreadLimit limit(1);
  std::size_t elsewhere = 0, limited = 0;
  std::jthread([&] {
    elsewhere = threads_of_a_loop();
    const ThreadLimit two(2);
    limited = threads_of_a_loop();
  }).join();
  EXPECT_EQ(elsewhere, 3u);
  EXPECT_EQ(limited, 2u);
  EXPECT_EQ(threads_of_a_loop(), 1u);
}

TEST(ThreadLimit, RefusesWhatIsNoNumberOfThreads) {
  EXPECT_EQ(test::error_of([] { ThreadLimit(0); }), "[threads] got 0, expected 1 to 1024");
  EXPECT_EQ(test::error_of([] { ThreadLimit(1025); }), "[threads] got 1025, expected 1 to 1024");
}

constexpr const char* kStartedOver = "GRADUS_TEST_STARTED_OVER";

TEST(StartWithShortSpin, ReturnsAtOnceWhereASpinIsSet) {
  if (std::getenv(kStartedOver) != nullptr) {
    ASSERT_STREQ(std::getenv("GOMP_SPINCOUNT"), "10000");
  } else {
    ::setenv("GOMP_SPINCOUNT", "1000", 0);
  }
  start_with_short_spin(nullptr);
}

TEST(StartWithShortSpin, ReturnsAtOnceWhereThreadsAreToldHowToWait) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::unsetenv("GOMP_SPINCOUNT");
    ::setenv("OMP_WAIT_POLICY", "passive", 1);
    std::string name = "again", list = "--gtest_list_tests";  // ends well where it starts over
    char* argv[] = {name.data(), list.data(), nullptr};
    start_with_short_spin(argv);
    ::_exit(42);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST(StartWithShortSpin, StartsTheProgramOverWithOne) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // This program again, for the one test above, in the environment it is given.
    if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(43);
    ::unsetenv("GOMP_SPINCOUNT");
    ::unsetenv("OMP_WAIT_POLICY");
    ::setenv(kStartedOver, "1", 1);
    std::string name = "again",
                filter = "--gtest_filter=StartWithShortSpin.ReturnsAtOnceWhereASpinIsSet",
                output = "--gtest_brief=1";
    char* argv[] = {name.data(), filter.data(), output.data(), nullptr};
    start_with_short_spin(argv);
    ::_exit(42);  // it returned
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace gradus
