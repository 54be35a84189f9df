// Blocks: the part of b that is read is small enough to stay in a cache.
//
// Before, all of b streamed by for every row of c. Of a block of 96 of its rows (432
// KiB for n = 1152, a part of the second-level cache) every row of c uses all before
// the next block comes.
#include <algorithm>

#include "bench/ladder/ladder.h"

namespace gradus::bench {

void matmul_3_blocks(const float* a, const float* b, float* c, long n) {
  constexpr long kRows = 96;
  std::fill(c, c + n * n, 0.0f);
  for (long first = 0; first < n; first += kRows) {
    for (long i = 0; i < n; ++i) {
      for (long k = first; k < first + kRows; ++k) {
        const float factor = a[i * n + k];
        for (long j = 0; j < n; ++j) c[i * n + j] += factor * b[k * n + j];
      }
    }
  }
}

}  // namespace gradus::bench
