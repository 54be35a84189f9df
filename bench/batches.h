// Batches of random samples, gathered as in training.
//
// Thread safety: as any value.
#pragma once

#include <vector>

#include "autograd/variable.h"
#include "tensor/random.h"

namespace gradus::bench {

class Batches {
 public:
  /// Of `batches` times `batch` samples.
  Batches(Index batch, Index features, Index batches = 60)
      : batch_(batch),
        batches_(batches),
        data_(Tensor::uninitialized({batches * batch, features})) {
    Generator random(1);
    random.fill_uniform(data_, 0, 1);
    order_ = random.permutation(batches * batch);
  }
  /// Shape (batch, features), values in [0, 1); the same batches over and over.
  Variable next() {
    const auto begin = static_cast<std::size_t>(next_++ % batches_ * batch_);
    return Variable(
        data_.gather_rows(std::span(order_).subspan(begin, static_cast<std::size_t>(batch_))));
  }

 private:
  Index batch_, batches_, next_ = 0;
  Tensor data_;
  std::vector<Index> order_;
};

}  // namespace gradus::bench
