// The one place that starts threads: how work is cut and who does it.
//
// Work over [0, n) is cut into chunks whose borders depend on n and the grain
// alone, never on the number of threads, so a result has the same bits at any
// thread count. A loop of one chunk, and a loop inside a loop, runs on the
// calling thread: starting a team costs about a microsecond, as much as some
// thousand multiply-adds.
//
// Thread safety: parallel_for may be called from any thread.
#pragma once

#include <omp.h>

#include <algorithm>
#include <exception>

#include "tensor/scalar.h"

namespace gradus {

inline constexpr int kMaxThreads = 1024;  ///< more would only exhaust the system

/// The number of threads that loops may use from now on. Throws `Error` unless
/// it is from 1 to kMaxThreads.
void set_num_threads(int threads);
/// That number, or that of the calling thread's ThreadLimit where it is lower.
int num_threads();

/// While one lives, loops started from this thread use at most `threads`: for
/// several training runs side by side, each on a std::thread of its own. Inside
/// another it can only lower the limit; the outer one holds again afterwards.
/// Throws `Error` as set_num_threads.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  int outer_;
};

/// Between two loops, libgomp's threads spin for some 20 ms before they sleep;
/// two such processes on one machine slow each other tenfold. How long they
/// spin is read from the environment before `main` starts. Call this first in
/// `main`: where neither GOMP_SPINCOUNT nor OMP_WAIT_POLICY is set, it sets a
/// spin of 0.3 ms (enough between the loops of a training step) and starts the
/// program over; otherwise it returns at once.
void start_with_short_spin(char** argv);

/// How many elements one chunk of an elementwise loop holds.
inline constexpr Index kElementGrain = 8192;

/// The grain for a loop over rows of `row` elements each.
inline Index grain_for(Index row) {
  return std::max<Index>(1, kElementGrain / std::max<Index>(1, row));
}

/// Calls body(begin, end) for consecutive chunks of at most `grain` that
/// together cover [0, n), on several threads where there are several chunks.
/// The first exception a chunk throws is thrown again here, after the others
/// have ended.
template <class Body>
void parallel_for(Index n, Index grain, const Body& body) {
  const Index chunks = (n + grain - 1) / grain;
  const auto run = [&](Index chunk) { body(chunk * grain, std::min(n, (chunk + 1) * grain)); };
  if (chunks <= 1 || num_threads() == 1 || omp_in_parallel()) {
    for (Index chunk = 0; chunk < chunks; ++chunk) run(chunk);
    return;
  }
  std::exception_ptr error;
  const int team = static_cast<int>(std::min<Index>(num_threads(), chunks));
#pragma omp parallel for schedule(static) num_threads(team)
  for (Index chunk = 0; chunk < chunks; ++chunk) {
    try {
      run(chunk);
    } catch (...) {
#pragma omp critical(gradus_parallel_for_error)
      if (!error) error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace gradus
