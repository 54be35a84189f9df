#include "tests/support/allocations.h"

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

void* allocate(std::size_t bytes, std::size_t alignment) {
  calls.fetch_add(1, std::memory_order_relaxed);
  bytes = (bytes + alignment - 1) / alignment * alignment;  // as aligned_alloc wants it
  void* const block = std::aligned_alloc(alignment, bytes == 0 ? alignment : bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

constexpr std::size_t kDefault = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

// The other forms (arrays, nothrow) call these.
void* operator new(std::size_t bytes) { return allocate(bytes, kDefault); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }

namespace gradus::test {

bool counts_new_calls() { return true; }
std::uint64_t new_calls() { return calls.load(std::memory_order_relaxed); }

}  // namespace gradus::test

#else

namespace gradus::test {

bool counts_new_calls() { return false; }
std::uint64_t new_calls() { return 0; }

}  // namespace gradus::test

#endif
