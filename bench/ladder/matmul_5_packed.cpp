// Packed operands (packed.h): everything the tiles read lies in the order of reading.
//
// Before, six rows of a and each row of b were 4n bytes apart: other pages, and with
// n a power of two the same few places of the cache. A copy costs n^2, the product
// it serves n^3.
#include "bench/ladder/ladder.h"
#include "bench/ladder/packed.h"

namespace gradus::bench {

void matmul_5_packed(const float* a, const float* b, float* c, long n) {
  std::fill(c, c + n * n, 0.0f);
  std::vector<float> packed_a(kRows * kDepth);
  std::vector<float> packed_b(static_cast<std::size_t>(n * kDepth));
  for (long k = 0; k < n; k += kDepth) {
    const long depth = std::min(kDepth, n - k);
    pack_b(b + k * n, n, depth, packed_b.data());
    for (long i = 0; i < n; i += kRows) {
      pack_a(a + i * n + k, n, depth, packed_a.data());
      add_block(packed_a.data(), packed_b.data(), c + i * n, n, depth);
    }
  }
}

}  // namespace gradus::bench
