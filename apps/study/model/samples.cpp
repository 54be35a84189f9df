#include "apps/study/model/samples.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "apps/study/data/csv.h"
#include "apps/study/data/gzip.h"
#include "apps/study/data/idx.h"
#include "apps/study/data/npy.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

constexpr std::size_t kMaxBytes = 256 << 20;

// The shape (n, sample...) of what has the shape of a sample, of many, or of many
// that are flat.
Shape batch_shape(const Shape& got, const Shape& sample, const std::string& name) {
  if (got == sample || (got.rank() == 1 && got.numel() == sample.numel())) {
    return sample.batch_of(1);
  }
  const Shape each = got.rank() > 0 ? got.without(0) : got;
  if (got.rank() > 0 && (each == sample || (got.rank() == 2 && each.numel() == sample.numel()))) {
    if (got[0] == 0) fail("{}: got no samples, expected at least one", name);
    return sample.batch_of(got[0]);
  }
  const bool one_more = got.rank() == 2 && each.numel() == sample.numel() + 1;
  fail("{}: got an array {}, expected samples {}, that is (n, {}){}", name, got.str(), sample.str(),
       fmt::join(sample.begin(), sample.end(), ", "),
       one_more ? "; if each row of a CSV file ends in a label, try --labelled" : "");
}

// Numbers as they are in a file, of which there are as many as a batch of that shape
// has: that is known before they are made, eight times as large, of pixels.
struct RawSamples {
  Shape shape;
  std::vector<double> values;
};

RawSamples from_csv(std::string_view content, const std::filesystem::path& file, bool labelled,
                    const Shape& sample) {
  NumberTable table = parse_csv(content, file);
  const Shape shape{table.rows, table.columns - labelled};
  RawSamples raw{batch_shape(shape, sample, file.string()), {}};
  if (!labelled) {
    raw.values = std::move(table.values);
    return raw;
  }
  for (Index i = 0; i < table.rows; ++i) {
    const auto row = table.row(i);
    raw.values.insert(raw.values.end(), row.begin(), row.end() - 1);
  }
  return raw;
}

void refuse_labels(const std::filesystem::path& file, const char* format, bool labelled) {
  if (!labelled) return;
  fail(
      "{}: got --labelled with a file in {} format, expected CSV, whose rows may end in a label; "
      "leave the flag out",
      file.string(), format);
}

RawSamples read(const std::filesystem::path& file, bool labelled, const Shape& sample) {
  const std::string content = read_maybe_gzip(file, kMaxBytes);
  if (content.starts_with(kNpyMagic)) {
    refuse_labels(file, "NumPy", labelled);
    const Tensor array = parse_npy(content, file);
    return {batch_shape(array.shape(), sample, file.string()),
            {array.data().begin(), array.data().end()}};
  }
  if (content.size() >= 4 && content[0] == 0 && content[1] == 0) {
    refuse_labels(file, "IDX", labelled);
    const std::size_t rank = static_cast<unsigned char>(content[3]);
    if (rank > kMaxRank) {
      fail("{}: got an IDX array of {} dimensions, expected at most {}", file.string(), rank,
           kMaxRank);
    }
    const IdxArray array = parse_idx(content, rank, file);
    const std::vector<Index> sizes(array.dims.begin(), array.dims.end());
    return {batch_shape(Shape(sizes), sample, file.string()),
            {array.bytes.begin(), array.bytes.end()}};
  }
  return from_csv(content, file, labelled, sample);
}

}  // namespace

Tensor load_samples(const std::filesystem::path& file, const ModelCard& card,
                    const SampleOptions& options) {
  const RawSamples raw = read(file, options.labelled, card.layers.sample);

  const InputRange range = options.scaled ? InputRange{0, 1, card.range.margin} : card.range;
  const double length = range.high - range.low;
  const double least = range.low - range.margin * length, most = range.high + range.margin * length;
  const Index per_sample = card.layers.sample.numel();
  for (std::size_t i = 0; i < raw.values.size(); ++i) {
    if (raw.values[i] >= least && raw.values[i] <= most) continue;
    fail("{}: got {} as value {} of sample {}, expected {} to {}{}", file.string(), raw.values[i],
         static_cast<Index>(i) % per_sample, static_cast<Index>(i) / per_sample, least, most,
         options.scaled ? ", scaled to 0 to 1" : ", as the model was trained on");
  }
  const bool whole = std::ranges::all_of(raw.values, [](double v) { return v == std::floor(v); });
  if (!options.scaled && card.range.high > 1 && card.range.low == 0 && !whole &&
      std::ranges::max(raw.values) <= 1) {
    fail("{}: got values of at most 1, expected {} to {}; try --scaled if they are scaled already",
         file.string(), card.range.low, card.range.high);
  }

  Tensor samples = Tensor::uninitialized(raw.shape);
  const auto to = samples.mutable_data();
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = static_cast<Scalar>((raw.values[i] - range.low) / length);
  }
  return samples;
}

}  // namespace gradus::study
