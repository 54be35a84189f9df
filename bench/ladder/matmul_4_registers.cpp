// A tile of c in registers (tile.h): what is loaded serves several sums.
//
// Before, every multiply-add loaded a vector of b and of c and stored one of c; the
// processor multiplies twice a cycle, but loads only twice as well. Now two loaded
// vectors serve twelve multiply-adds.
#include <algorithm>

#include "bench/ladder/ladder.h"
#include "bench/ladder/tile.h"

namespace gradus::bench {

void matmul_4_registers(const float* a, const float* b, float* c, long n) {
  constexpr long kDepth = 192;
  std::fill(c, c + n * n, 0.0f);
  for (long k = 0; k < n; k += kDepth) {
    const long depth = std::min(kDepth, n - k);
    for (long j = 0; j < n; j += kTileColumns) {
      for (long i = 0; i < n; i += kTileRows) {
        add_tile(a + i * n + k, n, 1, b + k * n + j, n, c + i * n + j, n, depth);
      }
    }
  }
}

}  // namespace gradus::bench
