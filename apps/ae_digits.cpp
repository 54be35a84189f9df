// Anomaly detection on handwritten digits with an autoencoder.
//
// The autoencoder is trained on half of the digits. Those of the other half that
// it reconstructs worse than 99 in 100 are anomalies: digits written as nobody
// else does, or no digits at all, such as transposed ones.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/study/autoencoder_run.h"
#include "apps/study/density.h"
#include "apps/study/digits.h"
#include "apps/study/model_file.h"
#include "apps/study/page.h"
#include "apps/study/program.h"
#include "apps/study/seeds.h"
#include "apps/study/statistics.h"
#include "apps/study/text.h"

namespace {

using namespace gradus;

constexpr double kPercent = 99;  // of the test images are no anomalies
constexpr int kBins = 100;

struct Errors {
  std::vector<double> train, test;  // the MAE of each image
  double threshold;
  std::vector<Index> anomalies;  // positions in the test set
  Tensor flipped;                // the first ten digits, transposed
  std::vector<double> flipped_mae;
};

// Images (n, r, c) to (n, c, r).
Tensor transposed(const Tensor& images) {
  const Index n = images.shape()[0], rows = images.shape()[1], columns = images.shape()[2];
  Tensor result = Tensor::uninitialized({n, columns, rows});
  const auto from = images.data();
  const auto to = result.mutable_data();
  for (Index i = 0; i < n * rows * columns; ++i) {
    const Index image = i / (rows * columns), row = i / columns % rows, column = i % columns;
    to[static_cast<std::size_t>((image * columns + column) * rows + row)] =
        from[static_cast<std::size_t>(i)];
  }
  return result;
}

Errors judge(const study::DigitSets& sets, const study::Reconstruct& reconstruct) {
  Errors e{};
  e.train = study::reconstruction_mae(sets.train, reconstruct);
  e.test = study::reconstruction_mae(sets.test, reconstruct);
  e.threshold = study::percentile(e.test, kPercent);
  for (std::size_t i = 0; i < e.test.size(); ++i) {
    if (e.test[i] > e.threshold) e.anomalies.push_back(static_cast<Index>(i));
  }
  e.flipped = transposed(sets.all.rows(0, std::min<Index>(10, sets.all.shape()[0])));
  e.flipped_mae = study::reconstruction_mae(e.flipped, reconstruct);
  return e;
}

std::int64_t anomalous(const Errors& e) {
  return std::ranges::count_if(e.flipped_mae, [&](double mae) { return mae > e.threshold; });
}

// How often each class occurs.
std::vector<double> class_counts(const std::vector<int>& labels) {
  std::vector<double> counts(10);
  for (const int label : labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

std::vector<std::string> digit_names() {
  return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
}

std::vector<std::string> texts(const std::vector<int>& labels, Index count) {
  std::vector<std::string> result;
  for (Index i = 0; i < count; ++i) {
    result.push_back(std::to_string(labels[static_cast<std::size_t>(i)]));
  }
  return result;
}

std::vector<study::Threshold> threshold_line(const Errors& e) {
  return {{"", fmt::format("percentile {:.0f} of the test errors", kPercent), e.threshold,
           study::Ink::kRed}};
}

// The densities of both sets' errors, each scaled by its share of the images.
study::Chart density_chart(const Errors& e) {
  std::vector<double> all = e.train;
  all.insert(all.end(), e.test.begin(), e.test.end());
  study::LineChart chart;
  chart.x = study::density_grid(all);
  const auto line = [&](const char* name, const std::vector<double>& mae, study::Ink ink) {
    study::Line result{name, study::density_at(mae, chart.x), ink, true};
    for (double& y : result.y)
      y *= static_cast<double>(mae.size()) / static_cast<double>(all.size());
    chart.lines.push_back(std::move(result));
  };
  line("train", e.train, study::Ink::kBlue);
  line("test", e.test, study::Ink::kOrange);
  chart.thresholds = threshold_line(e);
  return {.name = "density",
          .title = "Density of the reconstruction errors",
          .x_label = "reconstruction error (MAE)",
          .y_label = "density",
          .plot = chart,
          .height = 340};
}

study::Chart box_chart(const Errors& e) {
  return {.name = "boxes",
          .title = "Reconstruction errors",
          .x_label = "reconstruction error (MAE)",
          .plot = study::BoxChart{.groups = {{"train", e.train, study::Ink::kBlue},
                                             {"test", e.test, study::Ink::kOrange}},
                                  .thresholds = threshold_line(e)},
          .height = 260};
}

void write_tables(study::RunFolder& folder, const study::DigitSets& sets, const Errors& e) {
  folder.write("thresholds.csv",
               fmt::format("name,threshold\npercentile_{:.0f},{}\n", kPercent, e.threshold));
  std::string scores = "index,label,mae,predicted_normal\n";
  for (std::size_t i = 0; i < e.test.size(); ++i) {
    scores += fmt::format("{},{},{},{}\n", sets.test_index[i], sets.test_labels[i], e.test[i],
                          e.test[i] <= e.threshold ? 1 : 0);
  }
  folder.write("scores.csv", scores);
  study::write_histogram(folder, "train", e.train, kBins);
  study::write_histogram(folder, "test", e.test, kBins);
}

study::Json metrics_of(const study::RunResult& result, const study::DigitSets& sets,
                       const study::DataSource& source, const Errors& e) {
  study::Json json = study::metrics_head(
      result, source, {{"train", std::ssize(e.train)}, {"test", std::ssize(e.test)}});
  json["mae"] = {{"train", study::mean_std_json(e.train)}, {"test", study::mean_std_json(e.test)}};
  json["threshold"] = e.threshold;
  study::Json indices = study::Json::array(), labels = study::Json::array();
  for (const Index i : e.anomalies) {
    indices.push_back(sets.test_index[static_cast<std::size_t>(i)]);
    labels.push_back(sets.test_labels[static_cast<std::size_t>(i)]);
  }
  json["anomalies"] = {{"indices", indices}, {"labels", labels}};
  json["flipped"] = {{"mae", e.flipped_mae},
                     {"mean", study::mean_std(e.flipped_mae).mean},
                     {"anomalies", anomalous(e)}};
  return json;
}

void fill_page(study::Page& page, const study::RunResult& result, const study::DigitSets& sets,
               const study::DataSource& source, const Errors& e,
               const study::Reconstruct& reconstruct) {
  const Index flipped = e.flipped.shape()[0];
  const optim::EpochLog& last = result.training.last();
  study::Report& report = page.report();
  report.title = "Digits unlike the others";
  report.subtitle = "Anomaly detection on handwritten digits with an autoencoder";
  report.lead = fmt::format(
      "The model learned from {} digits to compress one to 8 numbers and back. The threshold of "
      "{:.3f} is set so that {:.0f} in 100 of {} others lie below it; the {} above are shown as "
      "anomalies. Of {} transposed digits, the like of which it has never seen, it calls {} "
      "anomalous.",
      sets.train.shape()[0], e.threshold, kPercent, sets.test.shape()[0], e.anomalies.size(),
      flipped, anomalous(e));
  report.headline = {
      {"Threshold", fmt::format("{:.4f}", e.threshold), "99th percentile of the test errors"},
      {"Transposed", fmt::format("{} / {}", anomalous(e), flipped), "found anomalous"},
      {"Their error", fmt::format("{:.4f}", study::mean_std(e.flipped_mae).mean), "mean MAE"},
      {"Validation loss", fmt::format("{:.4f}", last.monitored()), "mean squared error"},
      {"Training", fmt::format("{:.1f} s", result.seconds.train),
       fmt::format("{} epochs", last.epoch)}};
  report.footer = study::footer(result.study);

  page.section("Digits and their reconstructions");
  const Tensor first = sets.all.rows(0, flipped);
  page.images("digits", first, 10, "The first digits of the data set.",
              {.labels = texts(sets.all_labels, flipped)});
  page.reconstructions("reconstructions", first, reconstruct(first),
                       "The first digits of the data set: originals above, reconstructions below.",
                       texts(sets.all_labels, flipped));

  page.section("Anomalies");
  std::vector<int> labels;
  for (const Index i : e.anomalies) labels.push_back(sets.test_labels[static_cast<std::size_t>(i)]);
  const Tensor anomalies = sets.test.gather_rows(e.anomalies);
  page.images("anomalies", anomalies, 10,
              fmt::format("The {} test images with an error above {:.3f} (percentile {:.0f}), and "
                          "what they are.",
                          labels.size(), e.threshold, kPercent),
              {.labels = texts(labels, std::ssize(labels))});
  page.reconstructions("anomalies_reconstructed", anomalies, reconstruct(anomalies),
                       "The anomalies among the test images: originals above, reconstructions "
                       "below.",
                       texts(labels, std::ssize(labels)));
  page.chart(
      {.name = "anomalies_by_class",
       .title = "Anomalies by class",
       .x_label = "digit",
       .y_label = "images",
       .plot = study::BarChart{digit_names(), {{"", class_counts(labels), study::Ink::kRed}}},
       .height = 300},
      "How many of the anomalies are images of each digit.");

  page.section("Transposed digits");
  std::vector<std::string> verdicts;
  study::Table table{
      "The first ten digits, transposed", {{"digit"}, {"MAE", true}, {"verdict"}}, {}};
  for (std::size_t i = 0; i < e.flipped_mae.size(); ++i) {
    verdicts.push_back(e.flipped_mae[i] > e.threshold ? "anomaly" : "");
    table.rows.push_back({std::to_string(sets.all_labels[i]),
                          fmt::format("{:.4f}", e.flipped_mae[i]),
                          e.flipped_mae[i] > e.threshold ? "anomaly" : "normal"});
  }
  page.images("flipped", e.flipped, 10, "The first digits with rows and columns exchanged.",
              {.labels = verdicts});
  page.add(std::move(table));

  page.section("Reconstruction errors");
  page.chart(density_chart(e),
             "Kernel density estimates of the reconstruction errors (Gaussian, bandwidth by "
             "Scott's rule), each scaled by the set's share of the images.");
  page.chart(box_chart(e),
             "Reconstruction errors of the training and the test images as boxes: quartiles, "
             "whiskers to one and a half times the box's width, and the values beyond.");
  study::add_training(page, result);
  page.add(study::Paragraph{"As in the notebook, val_loss is that of the test images."});
  page.section("Data");
  page.chart(
      {.name = "classes",
       .title = "Images of each class",
       .x_label = "digit",
       .y_label = "images",
       .plot = study::BarChart{digit_names(),
                               {{"train", class_counts(sets.train_labels), study::Ink::kBlue},
                                {"test", class_counts(sets.test_labels), study::Ink::kOrange}}},
       .height = 300},
      "How often each digit occurs in the training and in the test set.");
  study::add_facts(page, result, source,
                   {{{"Images", fmt::format("{} for training, {} for the test",
                                            sets.train.shape()[0], sets.test.shape()[0])}}});
}

void run(const study::Digits& data, double load_seconds, const study::Run& run) {
  const study::DigitSets sets = study::digit_sets(data, run.seed);

  // 64-64-16-8-16-64.
  const study::Layers layers{.sample = {data.rows, data.columns},
                             .encoder = {64, 16, 8},
                             .decoder = {16},
                             .activation = Activation::relu,
                             .output = Activation::sigmoid};
  Generator random(run.seed);
  study::Autoencoder model(layers, random);
  study::RunResult result =
      study::train_autoencoder(run, "ae_digits", model, layers, {nn::mse, "mean squared error"},
                               {sets.train, sets.test, load_seconds});

  study::Stopwatch watch;
  const study::Reconstruct reconstruct = study::reconstruction_of(model, layers.output);
  const Errors errors = judge(sets, reconstruct);
  // The notebook counts a digit exactly on the threshold as normal, `predict` one
  // below: it gets the next number.
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  study::save_models(model,
                     {.study = "ae_digits",
                      .layers = layers,
                      .range = {0, 16},
                      .threshold = std::nextafter(errors.threshold, kInfinity),
                      .threshold_name = "percentile_99"},
                     run.folder);
  result.seconds.evaluate = watch.seconds();

  watch = {};
  const study::DataSource source{
      data.published ? "digits" : "custom digits",
      data.published ? "Optical Recognition of Handwritten Digits, test part (Alpaydin and Kaynak, "
                       "1998; CC BY 4.0)"
                     : data.source,
      data.checksum};
  write_tables(run.folder, sets, errors);
  study::Page page(run.folder);
  fill_page(page, result, sets, source, errors, reconstruct);
  study::finish_run(result, page, metrics_of(result, sets, source, errors), watch);
  if (!run.prints) return;

  const optim::EpochLog& last = result.training.last();
  fmt::print("\nae_digits: seed {}\n  loss {:.4f}, val_loss {:.4f} after {} epochs, {:.1f} s\n",
             run.seed, last.loss, last.monitored(), last.epoch, result.seconds.train);
  fmt::print("  threshold {:.4f}: {} anomalies among {} test images\n", errors.threshold,
             errors.anomalies.size(), errors.test.size());
  fmt::print("  transposed digits: mean MAE {:.4f}, {} of {} anomalous\n",
             study::mean_std(errors.flipped_mae).mean, anomalous(errors),
             errors.flipped_mae.size());
  fmt::print("Report: {}\n", (run.folder / "report.html").string());
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  study::StudyOptions options{.epochs = 100};
  study::Program program(
      "ae_digits",
      "Trains an autoencoder on half of 1,797 handwritten digits and finds those of the other\n"
      "half that are unlike the rest. Needs no data: the digits are built in. Writes a report\n"
      "(report.html), pictures, charts, figures (metrics.json and CSV files) and the weights\n"
      "(safetensors).",
      options,
      "Folder with other digits in digits.csv, plain or gzipped,\n"
      "or the file itself [the digits built in]");
  return program.run(argc, argv, [&] {
    const study::Stopwatch watch;
    const study::Digits data = study::load_digits(options.data);
    const double load_seconds = watch.seconds();
    study::run_seeds(options, "ae_digits", {{"data", data.checksum}},
                     [&](const study::Run& one) { run(data, load_seconds, one); });
  });
}
