#include "apps/study/data/digits.h"

#include <algorithm>
#include <string_view>

#include "apps/study/data/csv.h"
#include "apps/study/data/data_places.h"
#include "apps/study/data/gzip.h"
#include "apps/study/data/sha256.h"
#include "tensor/error.h"
#include "tensor/random.h"

namespace gradus::study {

extern const std::string_view kDigitsFile;  // digits.csv.gz, embedded by the build

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPublishedChecksum =
    "sha256:6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8";

// A hundred times the true file: room for other data, none for a bomb.
constexpr std::size_t kMaxBytes = 32 << 20;

constexpr int kGreatestPixel = 16;
constexpr int kGreatestLabel = 9;

// Of a run's seed; the weights are drawn from stream 0.
constexpr std::uint64_t kSplitStream = 1;

fs::path find_digits(const fs::path& place) {
  const DataSetFiles set{.name = "digits",
                         .folder = "digits",
                         .files = {"digits.csv.gz", "digits.csv"},
                         .expected = "digits.csv[.gz]",
                         .way_out = "leave out --data for the digits built in",
                         .is_one_file = true};
  return find_data_in(set, "--data", place);
}

Digits parse(const std::string& content, const fs::path& path) {
  const NumberTable table = parse_csv(content, path);
  Digits data;
  const Index pixels = data.rows * data.columns;
  if (table.columns != pixels + 1) {
    fail("{}: line {}: got {} columns, expected {}: {} pixels and a label", path.string(),
         table.line(0), table.columns, pixels + 1, pixels);
  }
  for (Index i = 0; i < table.rows; ++i) {
    for (Index column = 0; column <= pixels; ++column) {
      const double value = table.row(i)[static_cast<std::size_t>(column)];
      const bool is_label = column == pixels;
      const int most = is_label ? kGreatestLabel : kGreatestPixel;
      if (!(value >= 0 && value <= most) || value != static_cast<int>(value)) {
        fail("{}: line {}, column {}: got the {} {}, expected a whole number from 0 to {}",
             path.string(), table.line(i), column + 1, is_label ? "label" : "pixel", value, most);
      }
      (is_label ? data.labels : data.pixels).push_back(static_cast<uint8_t>(value));
    }
  }
  data.checksum = checksum_of({content});
  data.published = data.checksum == kPublishedChecksum;
  return data;
}

std::vector<int> labels_at(const Digits& data, const std::vector<Index>& index) {
  std::vector<int> labels;
  for (const Index i : index) labels.push_back(data.labels[static_cast<std::size_t>(i)]);
  return labels;
}

}  // namespace

Digits load_digits(const std::optional<fs::path>& data) {
  const fs::path path = data ? find_digits(*data) : fs::path("digits.csv.gz (built in)");
  const std::string content = data ? read_maybe_gzip(path, kMaxBytes)
                                   : inflate_if_gzip(std::string(kDigitsFile), kMaxBytes, path);
  Digits digits = parse(content, path);
  digits.source = data ? path.string() : "built in";
  return digits;
}

DataSource source_of(const Digits& data) {
  if (!data.published) return {"custom digits", data.source, data.checksum};
  return {"digits",
          "Optical Recognition of Handwritten Digits, test part (Alpaydin and Kaynak, 1998; CC BY "
          "4.0)",
          data.checksum};
}

DigitSets digit_sets(const Digits& data, std::uint64_t seed) {
  const Index n = data.count();
  if (n < 2) {
    fail("{}: got {} image, expected at least two, for training and test", data.source, n);
  }
  // Each image equals the next where the pixels equal those one image further on.
  const auto second = data.pixels.begin() + data.rows * data.columns;
  if (std::equal(second, data.pixels.end(), data.pixels.begin())) {
    fail("{}: got {} images that are all the same, expected different ones", data.source, n);
  }
  const std::vector<Index> order = Generator(seed, kSplitStream).permutation(n);
  const auto border = order.begin() + n / 2;

  DigitSets sets;
  sets.all = Tensor::uninitialized({n, data.rows, data.columns});
  std::ranges::transform(data.pixels, sets.all.mutable_data().begin(),
                         [](uint8_t pixel) { return static_cast<Scalar>(pixel) / kGreatestPixel; });
  sets.all_labels.assign(data.labels.begin(), data.labels.end());
  sets.train_index.assign(order.begin(), border);
  sets.test_index.assign(border, order.end());
  sets.train = sets.all.gather_rows(sets.train_index);
  sets.test = sets.all.gather_rows(sets.test_index);
  sets.train_labels = labels_at(data, sets.train_index);
  sets.test_labels = labels_at(data, sets.test_index);
  return sets;
}

}  // namespace gradus::study
