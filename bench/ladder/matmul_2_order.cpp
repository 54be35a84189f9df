// The same sums with the loops in another order: i, k, j.
//
// Now the inner loop goes along rows of b and of c: whole cache lines are used, and
// since neighbouring sums are independent, the compiler makes vectors of them. But
// c is read and written once for every k.
#include "bench/ladder/ladder.h"

namespace gradus::bench {

void matmul_2_order(const float* a, const float* b, float* c, long n) {
  for (long i = 0; i < n; ++i) {
    for (long j = 0; j < n; ++j) c[i * n + j] = 0;
    for (long k = 0; k < n; ++k) {
      const float factor = a[i * n + k];
      for (long j = 0; j < n; ++j) c[i * n + j] += factor * b[k * n + j];
    }
  }
}

}  // namespace gradus::bench
