// What libFuzzer calls with the bytes it made up. Beside what sanitizers find, an
// input must not take more memory at a time than twice its size and a megabyte; the
// longest time of the processor that one took is told at the end.
#include <fmt/format.h>
#include <sanitizer/allocator_interface.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/target.h"

namespace {

using gradus::test::FuzzTarget;

std::int64_t live_bytes = 0, most_bytes = 0;
double longest_ms = 0;

void on_malloc(const volatile void*, std::size_t bytes) {
  most_bytes = std::max(most_bytes, live_bytes += static_cast<std::int64_t>(bytes));
}
void on_free(const volatile void* block) {
  live_bytes -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(block));
}

double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // What is taken once, by OpenMP for its threads for one, is no input's.
  for (const std::string& seed : FuzzTarget::all().front()->seeds()) {
    FuzzTarget::all().front()->accepts(seed);
  }
  __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  std::atexit([] { fmt::print(stderr, "longest input: {:.1f} ms\n", longest_ms); });
  return 0;
}

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::int64_t before = live_bytes;
  most_bytes = before;
  const double begin = processor_ms();
  FuzzTarget::all().front()->accepts({reinterpret_cast<const char*>(data), size});
  longest_ms = std::max(longest_ms, processor_ms() - begin);
  const auto allowed = static_cast<std::int64_t>(2 * size + (1 << 20));
  if (most_bytes - before > allowed) {
    fmt::print(stderr, "took {} bytes for a file of {}, expected {} at most\n", most_bytes - before,
               size, allowed);
    std::abort();
  }
  return 0;
}
