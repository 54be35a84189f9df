// The formula: element (i, j) is the sum over k of a(i, k) b(k, j).
//
// Each step of the inner loop reads b one row further down. With rows of 4n bytes
// that is another cache line every time, of which one number is used.
#include "bench/ladder/ladder.h"

namespace gradus::bench {

void matmul_1_loops(const float* a, const float* b, float* c, long n) {
  for (long i = 0; i < n; ++i) {
    for (long j = 0; j < n; ++j) {
      float sum = 0;
      for (long k = 0; k < n; ++k) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
  }
}

}  // namespace gradus::bench
