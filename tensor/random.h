// Random numbers that depend on a seed and a position, not on who asks when.
//
// The generator is counter-based: Philox4x32-10 (Salmon, Moraes, Dror & Shaw,
// Parallel random numbers: as easy as 1, 2, 3, SC 2011). Number i of a stream is
// a function of (seed, stream, i), so filling a tensor gives the same bits on
// any number of threads, and a training run can be taken up at any epoch
// knowing only the seed and the counter.
//
// Thread safety: a Generator is a value; threads use one each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace gradus {

class Generator {
 public:
  /// Streams of one seed are independent of each other: one for the initial
  /// weights, one for each epoch's shuffle, and so on.
  explicit Generator(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// 32 uniform random bits.
  std::uint32_t bits();
  /// Uniform in [0, n), without bias. Requires: 0 < n <= 2^32.
  Index below(Index n);
  /// A random order of 0, 1, ..., n - 1 (Fisher-Yates). Throws `Error` unless 0 <= n <= 2^32.
  std::vector<Index> permutation(Index n);

  /// Every element uniform between low and high. Requires: high - low is finite.
  void fill_uniform(Tensor& out, Scalar low, Scalar high);
  /// Every element normal with that mean and standard deviation (Box-Muller).
  void fill_normal(Tensor& out, Scalar mean, Scalar stddev);

  std::uint64_t seed() const { return seed_; }
  std::uint64_t stream() const { return stream_; }
  /// How many groups of four 32-bit numbers have been used.
  std::uint64_t counter() const { return counter_; }
  /// Goes on as a generator of this seed and stream does that has used `counter`
  /// groups. Drops what `bits` had left of its last group.
  void seek(std::uint64_t counter) {
    counter_ = counter;
    left_ = 0;
  }

 private:
  template <class Draw>
  void fill(Tensor& out, const Draw& draw);

  std::uint64_t seed_, stream_;
  std::uint64_t counter_ = 0;
  std::uint32_t group_[4] = {};  // what `bits` has yet to give out
  int left_ = 0;
};

/// A generator that something else owns, such as a module of a model.
struct NamedGenerator {
  std::string name;
  Generator* generator;
};

}  // namespace gradus
