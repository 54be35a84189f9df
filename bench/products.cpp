#include "bench/products.h"

#include <omp.h>

#include "tensor/gemm.h"

namespace gradus::bench {
namespace {

MatrixView view(const Tensor& t) {
  return {t.data().data(), t.shape()[0], t.shape()[1], t.shape()[1]};
}
MatrixView transposed(const Tensor& t) {
  return {t.data().data(), t.shape()[1], t.shape()[0], t.shape()[1], true};
}
Scalar* to(Tensor& t) { return t.mutable_data().data(); }

}  // namespace

Products::Products(const std::vector<LayerShape>& layers, Index batch) : batch_(batch) {
  for (const LayerShape& s : layers) {
    layers_.push_back({s, Tensor::full({batch, s.in}, Scalar(0.5)),
                       Tensor::full({s.in, s.out}, Scalar(0.01)), Tensor::zeros({batch, s.out}),
                       Tensor::zeros({batch, s.in}), Tensor::zeros({s.in, s.out}),
                       Tensor::full({batch, s.out}, Scalar(0.5))});
  }
}

void Products::run_in_turn() {
  for (Layer& l : layers_) gemm(view(l.x), view(l.w), 0, to(l.y));
  for (std::size_t i = layers_.size(); i-- > 0;) {
    Layer& l = layers_[i];
    gemm(transposed(l.x), view(l.dy), 0, to(l.dw));
    if (!l.shape.reads_data) gemm(view(l.dy), transposed(l.w), 0, to(l.dx));
  }
}

void Products::run_in_bands() {
  // Thread t's share of n rows.
  const auto band = [](Index n, int t, int threads) {
    return std::pair{n * t / threads, n * (t + 1) / threads};
  };
#pragma omp parallel num_threads(num_threads())
  {
    const int t = omp_get_thread_num(), threads = omp_get_num_threads();
    const auto [first, last] = band(batch_, t, threads);
    for (Layer& l : layers_) {
      gemm_tile(view(l.x), view(l.w), 0, to(l.y), l.shape.out, {first, last, 0, l.shape.out});
    }
    for (std::size_t i = layers_.size(); i-- > 0;) {
      Layer& l = layers_[i];
      if (l.shape.reads_data) continue;
      gemm_tile(view(l.dy), transposed(l.w), 0, to(l.dx), l.shape.in, {first, last, 0, l.shape.in});
    }
#pragma omp barrier
    for (Layer& l : layers_) {
      const auto [top, bottom] = band(l.shape.in, t, threads);
      gemm_tile(transposed(l.x), view(l.dy), 0, to(l.dw), l.shape.out,
                {top, bottom, 0, l.shape.out});
    }
  }
}

double Products::flops() const {
  double sum = 0;
  for (const Layer& l : layers_) {
    sum +=
        static_cast<double>(2 * batch_ * l.shape.in * l.shape.out) * (l.shape.reads_data ? 2 : 3);
  }
  return sum;
}

}  // namespace gradus::bench
