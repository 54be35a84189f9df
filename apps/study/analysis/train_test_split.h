// The split of scikit-learn's train_test_split, index for index, so that figures
// stand beside those of a notebook that used it.
//
// Thread safety: a free function without state.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/scalar.h"

namespace gradus::study {

struct TrainTestSplit {
  std::vector<Index> train, test;  ///< positions, in the split's order
};

/// What `train_test_split(range(n), test_size=test_share, random_state=seed)`
/// gives: of a random order of 0, 1, ..., n - 1 the first ceil(test_share * n)
/// for the test, the others for training. Throws `Error` where either is empty
/// or `test_share` is not between 0 and 1.
///
/// The order is that of NumPy's legacy generator (`RandomState.permutation`): the
/// Mersenne Twister of 32 bits (Matsumoto & Nishimura, 1998), which is
/// std::mt19937; Fisher-Yates from the end; and numbers below a bound by
/// rejecting masked draws that exceed it.
TrainTestSplit legacy_split(Index n, double test_share, std::uint32_t seed);

}  // namespace gradus::study
