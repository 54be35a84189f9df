#include "apps/study/data/image_sets.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tensor/random.h"

namespace gradus::study {
namespace {

// Of a run's seed; the weights are drawn from stream 0.
constexpr std::uint64_t kSplitStream = 1;

bool contains(const std::vector<int>& classes, int label) {
  return std::ranges::find(classes, label) != classes.end();
}

// The images at `order` whose class is one of the two lists, pixels scaled to 0..1.
ImageSet pick(const LabelledImages& data, std::span<const Index> order,
              const std::vector<int>& normal, const std::vector<int>& abnormal) {
  ImageSet set;
  for (const Index i : order) {
    const int label = data.labels[static_cast<std::size_t>(i)];
    const bool is_normal = contains(normal, label);
    if (!is_normal && !contains(abnormal, label)) continue;
    set.labels.push_back(label);
    set.index.push_back(i);
    set.is_normal.push_back(is_normal);
  }
  set.images = Tensor::uninitialized({set.size(), data.rows, data.columns});
  const Index pixels = data.rows * data.columns;
  Scalar* const to = set.images.mutable_data().data();
  parallel_for(set.size(), grain_for(pixels), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n) {
      const uint8_t* const from =
          data.pixels.data() + set.index[static_cast<std::size_t>(n)] * pixels;
      for (Index i = 0; i < pixels; ++i) to[n * pixels + i] = static_cast<Scalar>(from[i]) / 255;
    }
  });
  return set;
}

std::vector<Index> as_filed(const LabelledImages& data) {
  std::vector<Index> order(static_cast<std::size_t>(data.count()));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

void require(const ImageSet& set, const char* name, const std::vector<int>& classes) {
  if (set.size() == 0) {
    fail(
        "[data] the {} set has no image of class {}, expected at least one; choose other classes "
        "or other data",
        name, fmt::join(classes, ", "));
  }
}

}  // namespace

ImageSet ImageSet::where_normal(bool normal) const {
  ImageSet set;
  std::vector<Index> rows;
  for (Index i = 0; i < size(); ++i) {
    const auto n = static_cast<std::size_t>(i);
    if (is_normal[n] != normal) continue;
    rows.push_back(i);
    set.labels.push_back(labels[n]);
    set.index.push_back(index[n]);
    set.is_normal.push_back(normal);
  }
  set.images = images.gather_rows(rows);
  return set;
}

Tensor ImageSet::first(Index n) const { return images.rows(0, std::min(n, size())); }

ImageSet all_images(const LabelledImages& data) {
  std::vector<int> classes(kFashionClasses.size());
  std::iota(classes.begin(), classes.end(), 0);
  return pick(data, as_filed(data), classes, {});
}

FashionSets fashion_sets(const FashionMnist& data, const std::vector<int>& normal_classes,
                         const std::vector<int>& abnormal_classes, std::uint64_t seed) {
  const Index n = data.train.count();
  const std::vector<Index> order = Generator(seed, kSplitStream).permutation(n);
  const auto train_size = static_cast<std::size_t>(n * 9 / 10);

  FashionSets sets{normal_classes, abnormal_classes, {}, {}, {}, {}, {}, {}, {}};
  sets.train_normal = pick(data.train, std::span(order).first(train_size), normal_classes, {});
  sets.valid =
      pick(data.train, std::span(order).subspan(train_size), normal_classes, abnormal_classes);
  sets.valid_normal = sets.valid.where_normal(true);
  sets.valid_abnormal = sets.valid.where_normal(false);
  sets.test = pick(data.test, as_filed(data.test), normal_classes, abnormal_classes);
  sets.test_normal = sets.test.where_normal(true);
  sets.test_abnormal = sets.test.where_normal(false);

  require(sets.train_normal, "normal training", normal_classes);
  require(sets.valid_normal, "normal validation", normal_classes);
  require(sets.valid_abnormal, "abnormal validation", abnormal_classes);
  require(sets.test_normal, "normal test", normal_classes);
  require(sets.test_abnormal, "abnormal test", abnormal_classes);
  return sets;
}

}  // namespace gradus::study
