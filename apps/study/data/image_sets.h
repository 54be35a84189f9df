// The sets of images that an anomaly study works with.
//
// Thread safety: plain values and free functions without state.
#pragma once

#include <cstdint>
#include <vector>

#include "apps/study/data/fashion_mnist.h"
#include "tensor/tensor.h"

namespace gradus::study {

/// Some images of a data set, in an order of their own.
struct ImageSet {
  Tensor images;                ///< (n, rows, columns), 0 (background) to 1
  std::vector<int> labels;      ///< n classes
  std::vector<Index> index;     ///< n positions in the data set's own file
  std::vector<bool> is_normal;  ///< n flags

  Index size() const { return static_cast<Index>(labels.size()); }
  /// Only the normal images, or only the others; a copy.
  ImageSet where_normal(bool normal) const;
  /// The first `n` images, or all where there are fewer. (m, rows, columns)
  Tensor first(Index n) const;
};

/// Every image, in the order of the file, all of them counted as normal.
ImageSet all_images(const LabelledImages& data);

/// The sets of a Fashion-MNIST study. Validation and test hold normal and
/// abnormal images, mixed as they come.
struct FashionSets {
  std::vector<int> normal_classes, abnormal_classes;
  ImageSet train_normal;
  ImageSet valid, valid_normal, valid_abnormal;
  ImageSet test, test_normal, test_abnormal;
};

/// Splits the training images at random, nine to one, into training and
/// validation, and picks the classes. The split depends on `seed` alone. Throws
/// `Error`, naming the set, where one would be empty.
FashionSets fashion_sets(const FashionMnist& data, const std::vector<int>& normal_classes,
                         const std::vector<int>& abnormal_classes, std::uint64_t seed);
/// Throws where fashion_sets would with one of `seeds` seeds from `first_seed` on, which
/// it names; reads no image.
void check_fashion_sets(const FashionMnist& data, const std::vector<int>& normal_classes,
                        const std::vector<int>& abnormal_classes, std::uint64_t first_seed,
                        int seeds);

}  // namespace gradus::study
