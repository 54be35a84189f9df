// A pass for each operation, as an interpreter of array operations runs them.
//
// Eight numbers are read or written where two had to be: what stands between goes
// out to memory and comes back.
#include <algorithm>

#include "bench/ladder/ladder.h"

namespace gradus::bench {

void chain_1_passes(const float* x, float* y, long n) {
  for (long i = 0; i < n; ++i) y[i] = 2 * x[i];
  for (long i = 0; i < n; ++i) y[i] = y[i] + 1;
  for (long i = 0; i < n; ++i) y[i] = std::max(y[i], 0.0f);
  for (long i = 0; i < n; ++i) y[i] = y[i] / 3;
}

}  // namespace gradus::bench
