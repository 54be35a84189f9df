// Memory for tensors and graph nodes: blocks that are kept and handed out again.
//
// A training step asks for the same sizes as the step before it, so after the
// first step every request is met from a free list and the system is never
// asked: no allocation in the steady state. Blocks are aligned to 64 bytes (a
// cache line, an AVX-512 register) and sorted into size classes four to a
// doubling, so at most a fifth of a block above 256 bytes is unused.
//
// Thread safety: every function may be called from any thread; one mutex
// guards the lists. Under AddressSanitizer a freed block is poisoned, all but
// its last 16 bytes, so that the pool does not hide a use after free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradus {

/// What the pool holds and has done, in bytes and counts, since the process began.
struct PoolStats {
  std::size_t live_bytes = 0;            ///< handed out now
  std::size_t high_water_bytes = 0;      ///< the most handed out at once
  std::size_t free_bytes = 0;            ///< kept for the next request
  std::uint64_t live_blocks = 0;         ///< handed out now
  std::uint64_t system_allocations = 0;  ///< requests that no free block could meet
};

/// A block of at least `bytes` bytes, aligned to 64. Throws `Error` where the
/// system has no more memory. Zero bytes are a block, too.
void* pool_allocate(std::size_t bytes);
/// Gives a block back. Requires: `bytes` is what it was allocated with.
void pool_free(void* block, std::size_t bytes) noexcept;

PoolStats pool_stats();
/// Starts the high-water mark again from what is live now.
void pool_reset_high_water();
/// Returns all free blocks to the system.
void pool_trim();

/// A standard allocator over the pool, for vectors and shared pointers that
/// live and die with each step.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}  // NOLINT: allocators convert
  T* allocate(std::size_t n) { return static_cast<T*>(pool_allocate(n * sizeof(T))); }
  void deallocate(T* block, std::size_t n) noexcept { pool_free(block, n * sizeof(T)); }
  bool operator==(const PoolAllocator&) const { return true; }
};

template <class T>
using PoolVector = std::vector<T, PoolAllocator<T>>;

}  // namespace gradus
