// Handwritten digits: 1,797 images of 8 x 8 pixels with values 0 to 16, in ten
// classes. They are built into the library (digits.README.md says whose they
// are), so that a study of them needs no file.
//
// Thread safety: plain values and free functions without state.
// Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI
// Machine Learning Repository (1998), the test part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/study/data/data_source.h"
#include "tensor/tensor.h"

namespace gradus::study {

struct Digits {
  std::vector<uint8_t> pixels;  ///< [count][rows][columns], 0 (background) to 16
  std::vector<uint8_t> labels;  ///< [count], 0 to 9
  Index rows = 8;
  Index columns = 8;
  std::string checksum;    ///< "sha256:" and the hash of the inflated file
  bool published = false;  ///< whether these are the images built in
  std::string source;      ///< the file, or that they are built in

  Index count() const { return static_cast<Index>(labels.size()); }
};

/// Name, credit and checksum of `data`.
DataSource source_of(const Digits& data);

/// The digits built in or, where `data` (of `--data`) is given, those of the file
/// digits.csv.gz or digits.csv in that folder or in its folder `digits`, or of the
/// file itself: rows of 64 whole numbers 0 to 16 and a label 0 to 9, separated by
/// commas. Throws `Error`, naming file, line and column, where it is not of that
/// form.
Digits load_digits(const std::optional<std::filesystem::path>& data);

/// The sets of a study of digits; images are (n, rows, columns), 0 to 1.
struct DigitSets {
  Tensor all, train, test;
  std::vector<int> all_labels, train_labels, test_labels;  ///< n classes
  std::vector<Index> train_index, test_index;              ///< n positions in `all`
};

/// Splits the images at random into halves; the odd one is in the test. The split
/// depends on `seed` alone. Throws `Error`, naming the file, where there are fewer
/// than two images or all are the same. A pixel that never changes is fine, and so
/// are images of one class: nothing is learned from the labels.
DigitSets digit_sets(const Digits& data, std::uint64_t seed);

}  // namespace gradus::study
