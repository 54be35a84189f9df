#include "tensor/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/expect.h"

namespace gradus {
namespace {

// How large a block the pool hands out for a request, by its own count.
std::size_t block_size(std::size_t bytes) {
  const std::size_t before = pool_stats().live_bytes;
  void* const block = pool_allocate(bytes);
  const std::size_t size = pool_stats().live_bytes - before;
  pool_free(block, bytes);
  return size;
}

TEST(Pool, AlignsEveryBlockTo64Bytes) {
  for (std::size_t bytes = 0; bytes < 3000; bytes += 7) {
    void* const block = pool_allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u) << bytes;
    pool_free(block, bytes);
  }
}

TEST(Pool, SizeClassesStandFourToADoubling) {
  const std::size_t expected[] = {64,  128, 192,  256,  320,  384,  448,  512, 640,
                                  768, 896, 1024, 1280, 1536, 1792, 2048, 2560};
  std::vector<std::size_t> seen;
  for (std::size_t bytes = 1; bytes <= 2560; ++bytes) {
    const std::size_t size = block_size(bytes);
    if (seen.empty() || size != seen.back()) seen.push_back(size);
  }
  EXPECT_EQ(seen, std::vector<std::size_t>(std::begin(expected), std::end(expected)));
}

TEST(Pool, BlocksAreLargeEnoughAndAtMostAFifthUnused) {
  for (std::size_t bytes = 1; bytes < 20000; ++bytes) {
    const std::size_t size = block_size(bytes);
    ASSERT_GE(size, bytes);
    ASSERT_EQ(size % 64, 0u);
    // Small blocks come in steps of a cache line, 64 bytes.
    if (bytes > 256) {
      ASSERT_LT(size - bytes, size / 5) << bytes;
    } else {
      ASSERT_LT(size - bytes, 64u) << bytes;
    }
  }
  for (std::size_t bytes = 20011; bytes < 100'000'000; bytes = bytes * 11 / 10) {
    const std::size_t size = block_size(bytes);
    ASSERT_GE(size, bytes);
    ASSERT_LT(size - bytes, size / 5) << bytes;
  }
  pool_trim();
}

TEST(Pool, EveryByteOfABlockCanBeWritten) {
  for (const std::size_t bytes : {1u, 63u, 64u, 65u, 257u, 4097u}) {
    void* const block = pool_allocate(bytes);
    std::memset(block, 0xab, bytes);  // AddressSanitizer watches
    pool_free(block, bytes);
  }
}

TEST(Pool, ZeroBytesAreABlockToo) {
  void* const first = pool_allocate(0);
  void* const second = pool_allocate(0);
  EXPECT_NE(first, nullptr);
  EXPECT_NE(first, second);
  EXPECT_EQ(block_size(0), 64u);
  pool_free(first, 0);
  pool_free(second, 0);
}

TEST(Pool, HandsAFreedBlockOutAgainToItsSizeClassOnly) {
  pool_trim();
  void* const block = pool_allocate(1000);
  pool_free(block, 1000);
  void* const other = pool_allocate(1025);  // the class of 1280 bytes
  EXPECT_NE(other, block);
  const std::uint64_t asked = pool_stats().system_allocations;
  void* const again = pool_allocate(897);  // the class of 1024 bytes, as 1000 is
  EXPECT_EQ(again, block);
  EXPECT_EQ(pool_stats().system_allocations, asked);
  pool_free(again, 897);
  pool_free(other, 1025);
}

TEST(Pool, CountsExactly) {
  pool_trim();
  pool_reset_high_water();
  const PoolStats start = pool_stats();
  EXPECT_EQ(start.free_bytes, 0u);
  EXPECT_EQ(start.high_water_bytes, start.live_bytes);

  void* const a = pool_allocate(100);  // a block of 128
  void* const b = pool_allocate(600);  // a block of 640
  PoolStats now = pool_stats();
  EXPECT_EQ(now.live_bytes, start.live_bytes + 768);
  EXPECT_EQ(now.high_water_bytes, start.live_bytes + 768);
  EXPECT_EQ(now.free_bytes, 0u);
  EXPECT_EQ(now.live_blocks, start.live_blocks + 2);
  EXPECT_EQ(now.system_allocations, start.system_allocations + 2);

  pool_free(b, 600);
  now = pool_stats();
  EXPECT_EQ(now.live_bytes, start.live_bytes + 128);
  EXPECT_EQ(now.high_water_bytes, start.live_bytes + 768);  // stays
  EXPECT_EQ(now.free_bytes, 640u);
  EXPECT_EQ(now.live_blocks, start.live_blocks + 1);
  pool_free(pool_allocate(600), 600);  // from the list, and less than there was at once
  EXPECT_EQ(pool_stats().high_water_bytes, start.live_bytes + 768);
  void* const small = pool_allocate(64);
  EXPECT_EQ(pool_stats().high_water_bytes, start.live_bytes + 768);
  pool_free(small, 64);

  pool_reset_high_water();
  EXPECT_EQ(pool_stats().high_water_bytes, start.live_bytes + 128);
  void* const c = pool_allocate(64);
  now = pool_stats();
  EXPECT_EQ(now.high_water_bytes, start.live_bytes + 192);
  EXPECT_EQ(now.system_allocations, start.system_allocations + 3);  // a, b and small

  pool_free(a, 100);
  pool_free(c, 64);
  now = pool_stats();
  EXPECT_EQ(now.live_bytes, start.live_bytes);
  EXPECT_EQ(now.live_blocks, start.live_blocks);
  EXPECT_EQ(now.free_bytes, 640u + 128 + 64);
}

TEST(Pool, TrimReturnsFreeBlocksAndLeavesLiveOnes) {
  pool_trim();
  auto* const live = static_cast<char*>(pool_allocate(300));
  std::memset(live, 7, 300);
  for (const std::size_t bytes : {300u, 300u, 5000u}) pool_free(pool_allocate(bytes), bytes);
  EXPECT_GT(pool_stats().free_bytes, 0u);
  pool_trim();
  const PoolStats after = pool_stats();
  EXPECT_EQ(after.free_bytes, 0u);
  EXPECT_TRUE(std::all_of(live, live + 300, [](char c) { return c == 7; }));
  pool_free(pool_allocate(5000), 5000);
  EXPECT_EQ(pool_stats().system_allocations, after.system_allocations + 1);
  pool_free(live, 300);
}

TEST(Pool, RefusesWhatNoSystemHas) {
  const PoolStats before = pool_stats();
  const std::size_t absurd = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(test::error_of([&] { pool_allocate(absurd); }),
            "[pool] got a request of 18446744073709551615 bytes");
#if !defined(__SANITIZE_ADDRESS__)  // which ends the program instead of returning null
  const std::size_t most = std::size_t{1} << 62;
  EXPECT_EQ(test::error_of([&] { pool_allocate(most); }),
            "[pool] the system has no 4611686018427387904 bytes left");
#endif
  EXPECT_EQ(pool_stats().live_bytes, before.live_bytes);
  EXPECT_EQ(pool_stats().system_allocations, before.system_allocations);
}

TEST(Pool, ServesSeveralThreadsAtOnce) {
  pool_trim();
  const PoolStats start = pool_stats();
  const auto work = [](unsigned seed) {
    std::mt19937 random(seed);
    struct Held {
      unsigned char* block;
      std::size_t bytes;
    };
    std::vector<Held> held;
    const auto mark = static_cast<unsigned char>(seed);
    for (int i = 0; i < 5000; ++i) {
      if (held.size() < 20 && random() % 2 == 0) {
        const std::size_t bytes = 1 + random() % 2000;
        auto* const block = static_cast<unsigned char*>(pool_allocate(bytes));
        std::memset(block, mark, bytes);
        held.push_back({block, bytes});
      } else if (!held.empty()) {
        const Held last = held.back();
        held.pop_back();
        // No other thread was handed the same block.
        if (!std::all_of(last.block, last.block + last.bytes,
                         [&](unsigned char c) { return c == mark; })) {
          return false;
        }
        pool_free(last.block, last.bytes);
      }
    }
    for (const Held& h : held) pool_free(h.block, h.bytes);
    return true;
  };
  bool ok[4] = {};
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < 4; ++t) threads.emplace_back([&, t] { ok[t] = work(t + 1); });
  }
  for (const bool each : ok) EXPECT_TRUE(each);
  const PoolStats end = pool_stats();
  EXPECT_EQ(end.live_bytes, start.live_bytes);
  EXPECT_EQ(end.live_blocks, start.live_blocks);
}

TEST(Pool, ABlockMayBeFreedByAnotherThread) {
  const PoolStats start = pool_stats();
  void* const block = pool_allocate(4096);
  std::jthread([&] { pool_free(block, 4096); }).join();
  EXPECT_EQ(pool_stats().live_bytes, start.live_bytes);
}

TEST(PoolAllocator, ServesAVector) {
  const PoolStats start = pool_stats();
  {
    PoolVector<double> numbers;
    for (int i = 0; i < 1000; ++i) numbers.push_back(i);
    EXPECT_EQ(numbers[999], 999);
    EXPECT_EQ(pool_stats().live_blocks, start.live_blocks + 1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % 64, 0u);
  }
  EXPECT_EQ(pool_stats().live_bytes, start.live_bytes);
}

}  // namespace
}  // namespace gradus
