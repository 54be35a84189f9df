// The matrix products of a training step alone: what no arrangement of the rest
// can undercut.
//
// Thread safety: one thread runs them.
#pragma once

#include <vector>

#include "bench/workload.h"
#include "tensor/tensor.h"

namespace gradus::bench {

/// For each layer y = x w, dw = x^T dy and, where its input is not the data,
/// dx = dy w^T; in two arrangements.
class Products {
 public:
  Products(const std::vector<LayerShape>& layers, Index batch);

  /// One after the other, each cut into tiles for all threads, as training runs them.
  void run_in_turn();
  /// Each thread takes its rows of the batch through forward and backward, then, after
  /// the one barrier, its rows of every dw: the fewest waits there can be.
  void run_in_bands();

  double flops() const;

 private:
  struct Layer {
    LayerShape shape;
    Tensor x, w, y, dx, dw, dy;
  };
  std::vector<Layer> layers_;
  Index batch_;
};

}  // namespace gradus::bench
