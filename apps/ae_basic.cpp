// A basic autoencoder: two dense layers compress the images of Fashion-MNIST to
// 64 numbers and bring them back.
#include <fmt/format.h>

#include "apps/study/data/fashion_mnist.h"
#include "apps/study/data/image_sets.h"
#include "apps/study/model/autoencoder_run.h"
#include "apps/study/model/model_file.h"
#include "apps/study/run/page.h"
#include "apps/study/run/program.h"
#include "apps/study/run/seeds.h"
#include "apps/study/text/text.h"

namespace {

using namespace gradus;

struct Sets {
  study::ImageSet train, test;
};

// The mean errors of the images of each class.
study::Table errors_by_class(const study::ImageSet& test, const std::vector<double>& mae) {
  study::ErrorTable errors("Reconstruction loss of the test images: the mean absolute error (MAE)",
                           "class", "images");
  for (std::size_t label = 0; label < study::kFashionClasses.size(); ++label) {
    std::vector<double> own;
    for (std::size_t i = 0; i < mae.size(); ++i) {
      if (test.labels[i] == static_cast<int>(label)) own.push_back(mae[i]);
    }
    if (!own.empty()) errors.add(std::string(study::kFashionClasses[label]), own);
  }
  return errors.table;
}

std::string scores_csv(const study::ImageSet& test, const std::vector<double>& mae) {
  std::string csv = "index,label,mae\n";
  for (std::size_t i = 0; i < mae.size(); ++i) {
    csv += fmt::format("{},{},{}\n", test.index[i], test.labels[i], mae[i]);
  }
  return csv;
}

void fill_page(study::Page& page, const study::RunResult& result, const study::DataSource& source,
               const study::Layers& layers, const Sets& sets, const std::vector<double>& mae,
               const study::Reconstruct& reconstruct) {
  study::Report& report = page.report();
  report.title = "A basic autoencoder";
  report.subtitle = fmt::format("Images of {} compressed to {} numbers, and back", source.name,
                                layers.encoder.back());
  report.lead = fmt::format(
      "Two dense layers, {} to {} and back, learn from {} images to draw what they are shown. What "
      "64 numbers cannot hold is lost: the fine patterns of the cloth.",
      layers.sample.numel(), layers.encoder.back(), study::grouped(sets.train.size()));
  const optim::EpochLog& last = result.training.last();
  report.headline = {
      {"Loss", fmt::format("{:.4f}", last.loss), "mean squared error, training"},
      {"Validation loss", fmt::format("{:.4f}", last.monitored()), "on the test images"},
      {"Test MAE", fmt::format("{:.4f}", study::mean_std(mae).mean), "mean absolute error"},
      {"Training", study::seconds_text(result.seconds.train),
       fmt::format("{} epochs", last.epoch)}};

  page.section("Test images and their reconstructions");
  const Tensor first = sets.test.first(10);
  page.reconstructions(
      "reconstructions", first, reconstruct(first),
      fmt::format("The first {} test images, each over its reconstruction.", first.shape()[0]));
  study::add_training(page, result);
  page.section("Reconstruction errors");
  page.add(errors_by_class(sets.test, mae));
  study::add_facts(page, result, source,
                   {{{"Images", fmt::format("{} for training, {} for the test",
                                            study::grouped(sets.train.size()),
                                            study::grouped(sets.test.size()))}}});
}

void run(const study::FashionMnist& data, const Sets& sets, double load_seconds,
         const study::Run& run) {
  const study::Layers layers{.sample = {data.train.rows, data.train.columns},
                             .encoder = {64},
                             .decoder = {},
                             .activation = Activation::relu,
                             .output = Activation::sigmoid};
  Generator random(run.seed);
  study::Autoencoder model(layers, random);
  study::RunResult result =
      study::train_autoencoder(run, model, layers, {nn::mse, "mean squared error"},
                               {sets.train.images, sets.test.images, load_seconds});
  const Tensor& test = sets.test.images;
  study::save_models(model, {.study = run.study, .layers = layers, .range = {0, 255}}, run.folder);

  study::Stopwatch watch;
  const study::Reconstruct reconstruct = study::reconstruction_of(model, layers.output);
  const std::vector<double> mae = study::reconstruction_mae(test, reconstruct);
  result.seconds.evaluate = watch.seconds();

  watch = {};
  const study::DataSource source = study::source_of(data);
  study::write_trained([&] {
    run.folder.write("scores.csv", scores_csv(sets.test, mae));
    study::Page page(run);
    fill_page(page, result, source, layers, sets, mae, reconstruct);
    study::Json metrics = study::metrics_head(
        result, source, {{"train", sets.train.size()}, {"test", sets.test.size()}});
    metrics["mae"] = {{"test", study::mean_std_json(mae)}};
    study::finish_run(result, page, std::move(metrics), watch);
  });
  if (!run.prints) return;
  study::print_training(result);
  fmt::print("Report: {}\n", (run.folder / "report.html").string());
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  study::StudyOptions options{.epochs = 10};
  study::Program program(
      "ae_basic",
      "Trains a basic autoencoder, 784-64-784, on all classes of Fashion-MNIST, and shows\n"
      "what it makes of the test images. Writes a report (report.html), pictures, figures\n"
      "(metrics.json and CSV files) and the weights (safetensors).",
      options, study::kFashionDataHelp);
  return program.run(argc, argv, [&] {
    const study::Stopwatch watch;
    const study::FashionMnist data =
        study::load_fashion_mnist(study::find_fashion_mnist(options.data));
    const Sets sets{study::all_images(data.train), study::all_images(data.test)};
    const double load_seconds = watch.seconds();
    study::run_seeds(options, "ae_basic", {{"data", data.checksum}},
                     [&](const study::Run& one) { run(data, sets, load_seconds, one); });
  });
}
