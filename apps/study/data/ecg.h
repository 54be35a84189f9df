// ECG5000 in two classes: 4,998 heartbeats of 140 samples each, normal or not, as
// TensorFlow publishes them. Finding the file on this machine, loading it, and
// the sets a study of it works with.
//
// Thread safety: plain values and free functions without state.
// Source: Goldberger et al., PhysioBank, PhysioToolkit and PhysioNet, Circulation
// 101 (2000), record chf07 of the BIDMC Congestive Heart Failure Database; as cut
// into beats by Dau et al., The UCR Time Series Archive (2018).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/study/data/data_places.h"
#include "apps/study/data/data_source.h"
#include "tensor/tensor.h"

namespace gradus::study {

struct Ecg {
  std::vector<double> values;   ///< [rows][samples]
  std::vector<bool> is_normal;  ///< [rows]
  Index rows = 0;
  Index samples = 0;
  Index first_line = 1;        ///< of the file, counted from 1: that of row 0
  std::filesystem::path file;  ///< where it is from
  std::string checksum;        ///< "sha256:" and the hash of the inflated file
  bool published = false;      ///< whether these are those heartbeats, by their numbers
};

/// Name, credit and checksum of `data`.
DataSource source_of(const Ecg& data);

/// The file that holds the data, as `find_data` finds it: `flag` (of `--data`,
/// which may also be the file itself), GRADUS_DATA or the first of `places` that
/// has it. Each may be the folder itself or hold it under the name `ecg`; the file
/// is ecg5000.csv or ecg.csv, gzipped (with `.gz`) or not. Throws `Error` as
/// `find_data` does.
std::filesystem::path find_ecg(const std::optional<std::filesystem::path>& flag,
                               const std::vector<std::filesystem::path>& places = data_places());

/// The data in `file`: comma-separated samples and, last in each row, 1 (normal)
/// or 0. Other data of that form will do, of any number and length of rows. Throws
/// `Error`, naming the file and where it can the line, where it is not of it.
Ecg load_ecg(const std::filesystem::path& file);

/// The sets of an ECG study. All samples are scaled to (x - low) / (high - low);
/// those of the test may lie beyond 0 and 1.
struct EcgSets {
  double low = 0, high = 0;  ///< least and greatest sample of all training rows
  Tensor train, test;        ///< (n, samples), in the split's order
  std::vector<bool> train_is_normal, test_is_normal;  ///< n flags
  std::vector<Index> train_index, test_index;         ///< n positions in the file
  Tensor train_normal, train_abnormal, test_normal, test_abnormal;
};

/// Splits the rows as `train_test_split(test_size=0.2, random_state=21)` of
/// scikit-learn does (`legacy_split`). Throws `Error`, naming the file and the set,
/// where there is one row only, a set lacks a class, or all training samples are
/// the same.
EcgSets ecg_sets(const Ecg& data);

}  // namespace gradus::study
