#include "tests/support/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

// GCC says it by a macro, clang by a feature.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define GRADUS_SANITIZER_OPERATORS
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GRADUS_SANITIZER_OPERATORS
#endif

#if !defined(GRADUS_SANITIZER_OPERATORS)

namespace {

std::atomic<std::uint64_t> calls{0};
std::atomic<std::int64_t> live{0}, most{0};

void* allocate(std::size_t bytes, std::size_t alignment) {
  calls.fetch_add(1, std::memory_order_relaxed);
  bytes = (bytes + alignment - 1) / alignment * alignment;  // as aligned_alloc wants it
  void* const block = std::aligned_alloc(alignment, bytes == 0 ? alignment : bytes);
  if (block == nullptr) throw std::bad_alloc();
  const auto got = static_cast<std::int64_t>(::malloc_usable_size(block));
  const std::int64_t now = live.fetch_add(got, std::memory_order_relaxed) + got;
  for (std::int64_t before = most; before < now && !most.compare_exchange_weak(before, now);) {
  }
  return block;
}

void release(void* block) noexcept {
  live.fetch_sub(static_cast<std::int64_t>(::malloc_usable_size(block)), std::memory_order_relaxed);
  std::free(block);
}

constexpr std::size_t kDefault = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

// The other forms (arrays, nothrow) call these.
void* operator new(std::size_t bytes) { return allocate(bytes, kDefault); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete(void* block, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { release(block); }

namespace gradus::test {

bool counts_new_calls() { return true; }
std::uint64_t new_calls() { return calls.load(std::memory_order_relaxed); }
std::int64_t live_new_bytes() { return live; }
std::int64_t most_new_bytes() { return most; }
void reset_most_new_bytes() { most = live.load(); }

}  // namespace gradus::test

#else

namespace gradus::test {

bool counts_new_calls() { return false; }
std::uint64_t new_calls() { return 0; }
std::int64_t live_new_bytes() { return 0; }
std::int64_t most_new_bytes() { return 0; }
void reset_most_new_bytes() {}

}  // namespace gradus::test

#endif
