#include "apps/study/fashion/codings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "apps/study/analysis/principal.h"
#include "apps/study/analysis/resize.h"

namespace gradus::study {
namespace {

constexpr std::uint64_t kCodingsStream = 3;  // of a run's seed

struct Codings {
  Tensor mean, log_var;  // (n, codings)
};

Codings encode(VariationalAutoencoder& model, const Tensor& images) {
  const NoGrad no_grad;
  const Variable hidden = model.encoder.trunk(Variable(images));
  return {model.encoder.mean(hidden).value(), model.encoder.log_var(hidden).value()};
}

// Codings (n, d) to images (n, rows, columns).
Tensor decode(VariationalAutoencoder& model, const Tensor& codings) {
  const NoGrad no_grad;
  return sigmoid(model.decoder(Variable(codings))).value();
}

void add_random(Page& page, VariationalAutoencoder& model, Index size, std::uint64_t seed) {
  constexpr int kRows = 3, kColumns = 4, kLargerRows = 5, kLargerColumns = 7;
  Tensor codings = Tensor::uninitialized({kRows * kColumns, size});
  Generator(seed, kCodingsStream).fill_normal(codings, 0, 1);
  page.images("codings_random", decode(model, codings), kColumns,
              "Twelve codings drawn from a standard normal distribution, decoded.");

  const Tensor larger =
      resize_bilinear(codings.reshape({kRows, kColumns, size}), kLargerRows, kLargerColumns);
  ImageGrid style;
  for (int cell = 0; cell < kLargerRows * kLargerColumns; ++cell) {
    const int row = cell / kLargerColumns, column = cell % kLargerColumns;
    if (row % 2 == 0 && column % 2 == 0) style.framed.push_back(cell);
  }
  page.images("codings_interpolation",
              decode(model, larger.reshape({kLargerRows * kLargerColumns, size})), kLargerColumns,
              "Twelve random codings as a 3 x 4 grid, stretched to 5 x 7 by bilinear "
              "interpolation and decoded. The frames mark the places of the twelve, every second "
              "image in every second row.",
              style);
}

void add_latent_space(Page& page, RunFolder& folder, const ImageSet& set, const Tensor& means) {
  const Principal principal = principal_directions(means, 2);
  const Tensor places = principal.projected(means);
  ScatterChart chart{.equal_scale = true};
  const std::set<int> distinct(set.labels.begin(), set.labels.end());
  const std::vector<int> classes(distinct.begin(), distinct.end());
  for (const int label : classes) {
    const auto i = static_cast<std::size_t>(label);
    chart.groups.push_back({std::string(kFashionClasses[i]), {}, {}, class_ink(label)});
  }
  std::string csv = "index,label,x,y\n";
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    const Scalar x = places.data()[2 * i], y = places.data()[2 * i + 1];
    const auto group = std::ranges::lower_bound(classes, set.labels[i]) - classes.begin();
    chart.groups[static_cast<std::size_t>(group)].x.push_back(x);
    chart.groups[static_cast<std::size_t>(group)].y.push_back(y);
    csv += fmt::format("{},{},{},{}\n", set.index[i], set.labels[i], x, y);
  }
  folder.write("codings.csv", csv);
  page.chart(
      {.name = "codings_space",
       .title = "Codings of the test images",
       .x_label = fmt::format("first principal direction ({:.0f} % of the variance)",
                              100 * principal.share[0]),
       .y_label = fmt::format("second ({:.0f} %)", 100 * principal.share[1]),
       .plot = chart,
       .height = 560},
      "Where the test images lie in the latent space: the means of their codings along the two "
      "directions in which these vary most.");
}

void add_kl(Page& page, RunFolder& folder, const Codings& codings) {
  const Tensor kl = nn::gaussian_kl_per_dimension(codings.mean, codings.log_var);
  BarChart chart;
  BarGroup group;
  std::string csv = "coding,kl\n";
  double total = 0;
  int used = 0;
  constexpr double kUsed = 0.1;
  for (const Scalar value : kl.data()) {
    const std::size_t i = group.values.size();
    chart.categories.push_back(std::to_string(i + 1));
    group.values.push_back(value);
    csv += fmt::format("{},{}\n", i + 1, value);
    total += static_cast<double>(value);
    used += value > kUsed;
  }
  chart.groups = {group};
  folder.write("codings_kl.csv", csv);
  page.chart({.name = "codings_kl",
              .title = "What each coding carries",
              .x_label = "coding",
              .y_label = "KL divergence (nats)",
              .plot = chart,
              .height = 300},
             fmt::format("The mean KL divergence of each coding's distribution from a standard "
                         "normal one, over the normal test images: one near 0 is not in use, for "
                         "it says nothing of the image. {} of {} are above {} nats; all together "
                         "carry {:.1f}.",
                         used, kl.numel(), kUsed, total));
}

}  // namespace

void add_codings(Page& page, const Run& run, const FashionSets& sets,
                 VariationalAutoencoder& model) {
  page.section("Codings");
  page.add(Paragraph{
      "The encoder gives each image a normal distribution of codings, and the decoder one draw "
      "from it, here as in training. So every error on this page is that of one draw: another "
      "draw gives each image another one, and moves the verdict of those near the threshold."});
  const Codings test = encode(model, sets.test.images);
  add_random(page, model, test.mean.shape()[1], run.seed);
  add_latent_space(page, run.folder, sets.test, test.mean);
  add_kl(page, run.folder, encode(model, sets.test_normal.images));
}

}  // namespace gradus::study
