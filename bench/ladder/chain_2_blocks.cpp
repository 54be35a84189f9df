// The same passes over 1,024 numbers at a time: what stands between stays in the
// first-level cache. NumPy's numexpr works so.
#include "bench/ladder/ladder.h"

namespace gradus::bench {

void chain_2_blocks(const float* x, float* y, long n) {
  constexpr long kBlock = 1024;
  for (long i = 0; i < n; i += kBlock) chain_1_passes(x + i, y + i, kBlock);
}

}  // namespace gradus::bench
