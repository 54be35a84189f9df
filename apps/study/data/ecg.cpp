#include "apps/study/data/ecg.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "apps/study/analysis/train_test_split.h"
#include "apps/study/data/csv.h"
#include "apps/study/data/gzip.h"
#include "apps/study/data/input_range.h"
#include "apps/study/data/sha256.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWayOut = "try `scripts/fetch-data ecg`";

// Eight times the true file: room for other data, none for a bomb.
constexpr std::size_t kMaxBytes = 64 << 20;

constexpr double kTestShare = 0.2;
constexpr std::uint32_t kSplitSeed = 21;

Ecg load(const fs::path& file) {
  const std::string content = read_maybe_gzip(file, kMaxBytes);
  const NumberTable table = parse_csv(content, file);
  if (table.columns < 2) {
    fail("{}: got {} column, expected at least one sample and a label", file.string(),
         table.columns);
  }
  Ecg data;
  data.rows = table.rows;
  data.samples = table.columns - 1;
  data.first_line = table.line(0);
  data.file = file;
  for (Index i = 0; i < table.rows; ++i) {
    const std::span<const double> row = table.row(i);
    const double label = row.back();
    if (label != 0 && label != 1) {
      fail("{}: line {}, column {}: got the label {}, expected 1 (normal) or 0", file.string(),
           table.line(i), table.columns, label);
    }
    data.is_normal.push_back(label == 1);
    data.values.insert(data.values.end(), row.begin(), row.end() - 1);
  }
  data.checksum = checksum_of({content});
  // No checksum: copies differ in how many digits they print.
  data.published =
      data.rows == 4998 && data.samples == 140 && std::ranges::count(data.is_normal, true) == 2919;
  return data;
}

std::span<const double> row_of(const Ecg& data, Index i) {
  return std::span(data.values)
      .subspan(static_cast<std::size_t>(i * data.samples), static_cast<std::size_t>(data.samples));
}

// The rows at `index`, scaled so that `low` becomes 0 and `high` 1.
Tensor scaled(const Ecg& data, const std::vector<Index>& index, double low, double high) {
  Tensor rows = Tensor::uninitialized({std::ssize(index), data.samples});
  Scalar* to = rows.mutable_data().data();
  for (const Index i : index) {
    for (const double sample : row_of(data, i)) {
      *to = static_cast<Scalar>((sample - low) / (high - low));
      if (!std::isfinite(*to)) {
        fail("{}: line {}: got the sample {}, expected less beside training samples of {} to {}",
             data.file.string(), data.first_line + i, sample, low, high);
      }
      ++to;
    }
  }
  return rows;
}

std::vector<bool> flags_of(const Ecg& data, const std::vector<Index>& index) {
  std::vector<bool> flags;
  for (const Index i : index) flags.push_back(data.is_normal[static_cast<std::size_t>(i)]);
  return flags;
}

std::string kind(bool normal) { return normal ? "normal (label 1)" : "abnormal (label 0)"; }

// A file that no split would make fit for the study.
void require_both_kinds(const Ecg& data) {
  if (data.rows < 2) {
    fail("{}: got {} beat, expected at least two, for training and test", data.file.string(),
         data.rows);
  }
  for (const bool normal : {true, false}) {
    if (std::ranges::find(data.is_normal, normal) != data.is_normal.end()) continue;
    fail("{}: got {} beats, all of them {}, expected {} ones too", data.file.string(), data.rows,
         kind(!normal), kind(normal));
  }
}

// The rows of one kind; `set` names them in the error where there is none.
Tensor where(const Ecg& data, const Tensor& rows, const std::vector<bool>& is_normal, bool normal,
             const char* set) {
  std::vector<Index> index;
  for (std::size_t i = 0; i < is_normal.size(); ++i) {
    if (is_normal[i] == normal) index.push_back(static_cast<Index>(i));
  }
  if (index.empty()) {
    fail(
        "{}: the {} set, drawn from its {} beats, has none that is {}, expected at least one; "
        "try a file with more of them",
        data.file.string(), set, data.rows, kind(normal));
  }
  return rows.gather_rows(index);
}

}  // namespace

fs::path find_ecg(const std::optional<fs::path>& flag, const std::vector<fs::path>& places) {
  const DataSetFiles set{.name = "ECG5000",
                         .folder = "ecg",
                         .files = {"ecg5000.csv.gz", "ecg5000.csv", "ecg.csv.gz", "ecg.csv"},
                         .expected = "ecg5000.csv[.gz] or ecg.csv[.gz]",
                         .way_out = kWayOut,
                         .is_one_file = true};
  return find_data(set, flag, places);
}

Ecg load_ecg(const fs::path& file) {
  try {
    return load(file);
  } catch (const Error& error) {
    fail("{}; {}", error.what(), kWayOut);
  }
}

DataSource source_of(const Ecg& data) {
  if (!data.published) return {"custom heartbeats", data.file.string(), data.checksum};
  return {"ECG5000",
          "ECG5000, two classes (Dau et al., The UCR Time Series Archive, 2018; BIDMC Congestive "
          "Heart Failure Database, record chf07, Baim et al. 1986, Goldberger et al. 2000)",
          data.checksum};
}

EcgSets ecg_sets(const Ecg& data) {
  require_both_kinds(data);
  TrainTestSplit split = legacy_split(data.rows, kTestShare, kSplitSeed);
  EcgSets sets;
  sets.low = std::numeric_limits<double>::infinity();
  sets.high = -sets.low;
  for (const Index i : split.train) {
    const auto [low, high] = std::ranges::minmax(row_of(data, i));
    sets.low = std::min(sets.low, low);
    sets.high = std::max(sets.high, high);
  }
  if (!(sets.low < sets.high)) {
    fail("{}: every sample of the training set is {}, expected different ones", data.file.string(),
         sets.low);
  }
  if (sets.high - sets.low > kGreatestRange) {
    fail("{}: got training samples of {} to {}, expected a range of {} at most", data.file.string(),
         sets.low, sets.high, kGreatestRange);
  }
  sets.train = scaled(data, split.train, sets.low, sets.high);
  sets.test = scaled(data, split.test, sets.low, sets.high);
  sets.train_is_normal = flags_of(data, split.train);
  sets.test_is_normal = flags_of(data, split.test);
  sets.train_normal = where(data, sets.train, sets.train_is_normal, true, "training");
  sets.train_abnormal = where(data, sets.train, sets.train_is_normal, false, "training");
  sets.test_normal = where(data, sets.test, sets.test_is_normal, true, "test");
  sets.test_abnormal = where(data, sets.test, sets.test_is_normal, false, "test");
  sets.train_index = std::move(split.train);
  sets.test_index = std::move(split.test);
  return sets;
}

}  // namespace gradus::study
