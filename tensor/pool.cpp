#include "tensor/pool.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>

#include "tensor/error.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define GRADUS_POISON(p, n) __asan_poison_memory_region(p, n)
#define GRADUS_UNPOISON(p, n) __asan_unpoison_memory_region(p, n)
#else
#define GRADUS_POISON(p, n) ((void)0)
#define GRADUS_UNPOISON(p, n) ((void)0)
#endif

namespace gradus {
namespace {

constexpr std::size_t kAlignment = 64;

// A size class is a multiple of 64 with at most three significant bits:
// 64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, ...
struct SizeClass {
  std::size_t bytes;
  std::size_t index;
};

SizeClass size_class(std::size_t bytes) {
  const std::size_t lines = std::max<std::size_t>(1, (bytes + kAlignment - 1) / kAlignment);
  if (lines <= 4) return {lines * kAlignment, lines - 1};
  // lines lies in (2^k, 2^(k+1)]: four classes, a quarter of 2^k apart.
  const std::size_t k = static_cast<std::size_t>(std::bit_width(lines - 1)) - 1;
  const std::size_t step = std::size_t{1} << (k - 2);
  const std::size_t quarter = (lines - (std::size_t{1} << k) + step - 1) / step;  // 1 to 4
  return {((std::size_t{1} << k) + quarter * step) * kAlignment, 4 * (k - 1) + quarter - 1};
}

// A block in a list. It stands in the last bytes of the block, which are never
// poisoned: LeakSanitizer follows no pointer through poisoned memory.
struct FreeBlock {
  FreeBlock* next;
  void* begin;
};

struct Pool {
  std::mutex mutex;
  std::array<FreeBlock*, 256> free{};
  PoolStats stats;
};

// Never destroyed: tensors in static storage may outlive any order of destruction.
Pool& pool() {
  static Pool* const instance = new Pool;
  return *instance;
}

}  // namespace

void* pool_allocate(std::size_t bytes) {
  if (bytes > (std::size_t{1} << 62)) fail("[pool] got a request of {} bytes", bytes);
  const SizeClass size = size_class(bytes);
  Pool& p = pool();
  const std::lock_guard lock(p.mutex);
  void* block = nullptr;
  if (FreeBlock*& head = p.free[size.index]; head != nullptr) {
    block = head->begin;
    head = head->next;
    GRADUS_UNPOISON(block, size.bytes);
    p.stats.free_bytes -= size.bytes;
  } else {
    block = std::aligned_alloc(kAlignment, size.bytes);
    if (block == nullptr) fail("[pool] the system has no {} bytes left", size.bytes);
    ++p.stats.system_allocations;
  }
  ++p.stats.live_blocks;
  p.stats.live_bytes += size.bytes;
  p.stats.high_water_bytes = std::max(p.stats.high_water_bytes, p.stats.live_bytes);
  return block;
}

void pool_free(void* block, std::size_t bytes) noexcept {
  const SizeClass size = size_class(bytes);
  Pool& p = pool();
  const std::lock_guard lock(p.mutex);
  void* const end = static_cast<char*>(block) + size.bytes - sizeof(FreeBlock);
  p.free[size.index] = new (end) FreeBlock{p.free[size.index], block};
  --p.stats.live_blocks;
  p.stats.live_bytes -= size.bytes;
  p.stats.free_bytes += size.bytes;
  GRADUS_POISON(block, size.bytes - sizeof(FreeBlock));
}

PoolStats pool_stats() {
  Pool& p = pool();
  const std::lock_guard lock(p.mutex);
  return p.stats;
}

void pool_reset_high_water() {
  Pool& p = pool();
  const std::lock_guard lock(p.mutex);
  p.stats.high_water_bytes = p.stats.live_bytes;
}

void pool_trim() {
  Pool& p = pool();
  const std::lock_guard lock(p.mutex);
  for (FreeBlock*& head : p.free) {
    while (head != nullptr) {
      FreeBlock* const next = head->next;
      std::free(head->begin);
      head = next;
    }
  }
  p.stats.free_bytes = 0;
}

}  // namespace gradus
