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

// Those at `order` whose class is one of the two lists, yet without their images.
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
  return set;
}

// Fills in the images, pixels scaled to 0..1.
void read_images(ImageSet& set, const LabelledImages& data) {
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
}

std::vector<Index> as_filed(const LabelledImages& data) {
  std::vector<Index> order(static_cast<std::size_t>(data.count()));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

void require(const ImageSet& set, bool normal, const char* name, const std::vector<int>& classes) {
  if (std::ranges::find(set.is_normal, normal) == set.is_normal.end()) {
    fail(
        "[data] the {} set has no image of class {}, expected at least one; choose other classes "
        "or other data",
        name, fmt::join(classes, ", "));
  }
}

// The sets without their images.
FashionSets split(const FashionMnist& data, const std::vector<int>& normal_classes,
                  const std::vector<int>& abnormal_classes, std::uint64_t seed) {
  const Index n = data.train.count();
  const std::vector<Index> order = Generator(seed, kSplitStream).permutation(n);
  const auto train_size = static_cast<std::size_t>(n * 9 / 10);

  FashionSets sets{normal_classes, abnormal_classes, {}, {}, {}, {}, {}, {}, {}};
  sets.train_normal = pick(data.train, std::span(order).first(train_size), normal_classes, {});
  sets.valid =
      pick(data.train, std::span(order).subspan(train_size), normal_classes, abnormal_classes);
  sets.test = pick(data.test, as_filed(data.test), normal_classes, abnormal_classes);

  require(sets.train_normal, true, "normal training", normal_classes);
  require(sets.valid, true, "normal validation", normal_classes);
  require(sets.valid, false, "abnormal validation", abnormal_classes);
  require(sets.test, true, "normal test", normal_classes);
  require(sets.test, false, "abnormal test", abnormal_classes);
  return sets;
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
  ImageSet set = pick(data, as_filed(data), classes, {});
  read_images(set, data);
  return set;
}

void check_fashion_sets(const FashionMnist& data, const std::vector<int>& normal_classes,
                        const std::vector<int>& abnormal_classes, std::uint64_t first_seed,
                        int seeds) {
  std::uint64_t seed = first_seed;
  try {
    for (int i = 0; i < seeds; ++i, ++seed) {
      split(data, normal_classes, abnormal_classes, seed);
    }
  } catch (const Error& e) {
    fail("seed {}: {}", seed, e.what());
  }
}

FashionSets fashion_sets(const FashionMnist& data, const std::vector<int>& normal_classes,
                         const std::vector<int>& abnormal_classes, std::uint64_t seed) {
  FashionSets sets = split(data, normal_classes, abnormal_classes, seed);
  read_images(sets.train_normal, data.train);
  read_images(sets.valid, data.train);
  read_images(sets.test, data.test);
  sets.valid_normal = sets.valid.where_normal(true);
  sets.valid_abnormal = sets.valid.where_normal(false);
  sets.test_normal = sets.test.where_normal(true);
  sets.test_abnormal = sets.test.where_normal(false);
  return sets;
}

}  // namespace gradus::study
