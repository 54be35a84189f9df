#include "tensor/parallel.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "tensor/error.h"

namespace gradus {
namespace {

// Kept here and not in the OpenMP runtime, whose setting is one a thread.
std::atomic<int>& threads_setting() {
  static std::atomic<int> threads{omp_get_max_threads()};
  return threads;
}

thread_local int limit = kMaxThreads;

void check_threads(int threads) {
  if (threads < 1 || threads > kMaxThreads) {
    fail("[threads] got {}, expected 1 to {}", threads, kMaxThreads);
  }
}

}  // namespace

void set_num_threads(int threads) {
  check_threads(threads);
  threads_setting() = threads;
}

int num_threads() { return std::min(limit, threads_setting().load(std::memory_order_relaxed)); }

ThreadLimit::ThreadLimit(int threads) : outer_(limit) {
  check_threads(threads);
  limit = std::min(outer_, threads);
}
ThreadLimit::~ThreadLimit() { limit = outer_; }

void start_with_short_spin(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  // 0.3 ms where the default of 300,000 rounds takes some 20 ms (measured on an
  // AMD EPYC); the gaps between the loops of a step are shorter.
  ::setenv("GOMP_SPINCOUNT", "10000", 1);
  ::execv("/proc/self/exe", argv);
  // Where /proc is missing the program goes on as it is, only less patient.
}

}  // namespace gradus
