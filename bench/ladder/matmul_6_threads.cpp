// Threads: each takes other rows of c, and all share the packed b.
//
// No two write to one place, so nothing but the packing of b has to be waited for.
#include "bench/ladder/ladder.h"
#include "bench/ladder/packed.h"

namespace gradus::bench {

void matmul_6_threads(const float* a, const float* b, float* c, long n) {
  std::fill(c, c + n * n, 0.0f);
  std::vector<float> packed_b(static_cast<std::size_t>(n * kDepth));
#pragma omp parallel
  {
    std::vector<float> packed_a(kRows * kDepth);
    for (long k = 0; k < n; k += kDepth) {
      const long depth = std::min(kDepth, n - k);
#pragma omp single
      pack_b(b + k * n, n, depth, packed_b.data());
#pragma omp for schedule(static)
      for (long i = 0; i < n; i += kRows) {
        pack_a(a + i * n + k, n, depth, packed_a.data());
        add_block(packed_a.data(), packed_b.data(), c + i * n, n, depth);
      }
    }
  }
}

}  // namespace gradus::bench
