#include "apps/study/model/reconstruction.h"

#include <algorithm>
#include <cmath>

#include "tensor/error.h"
#include "tensor/parallel.h"

namespace gradus::study {

std::vector<double> reconstruction_mae(const Tensor& images, const Reconstruct& reconstruct) {
  constexpr Index kBatch = 512;
  const Index n = images.shape()[0], pixels = images.shape().numel(1, images.rank());
  std::vector<double> mae(static_cast<std::size_t>(n));
  for (Index begin = 0; begin < n; begin += kBatch) {
    const Tensor batch = images.rows(begin, std::min(n, begin + kBatch));
    const Tensor output = reconstruct(batch);
    if (output.shape() != batch.shape()) {
      fail("[reconstruction] got shape {} for images {}, expected the same", output.shape().str(),
           batch.shape().str());
    }
    const Scalar *const x = batch.data().data(), *const y = output.data().data();
    parallel_for(batch.shape()[0], grain_for(pixels), [&](Index from, Index to) {
      for (Index i = from; i < to; ++i) {
        double sum = 0;
        for (Index p = i * pixels; p < (i + 1) * pixels; ++p) sum += std::abs(x[p] - y[p]);
        mae[static_cast<std::size_t>(begin + i)] = sum / static_cast<double>(pixels);
      }
    });
  }
  return mae;
}

}  // namespace gradus::study
