// Scores a user's own images or rows with the model of a study.
#include <fmt/format.h>

#include <cmath>

#include "apps/study/analysis/metrics.h"
#include "apps/study/model/model_file.h"
#include "apps/study/model/samples.h"
#include "apps/study/run/command_line.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/parallel.h"

namespace {

using namespace gradus;
namespace fs = std::filesystem;

struct Options {
  fs::path model, data, out = "scores.csv";
  std::optional<double> threshold;
  study::SampleOptions samples;
  std::optional<std::uint64_t> seed;
  bool force = false, quiet = false;
};

// A finished run's folder stands for the model in it.
fs::path model_file(const fs::path& path) {
  if (!fs::is_directory(path)) return path;
  fs::path model = path / "model.safetensors";
  if (fs::exists(model)) {
    // It is that of an earlier end where the run was then trained on, and stopped or broke down.
    if (study::RunFolder::has_run(path) && !fs::exists(path / "metrics.json")) {
      fail(
          "{}: its run is not finished; finish it with --resume, or name {} for the model as it is",
          path.string(), model.string());
    }
    return model;
  }
  fail("{}: has no model.safetensors, expected the folder of one run{}", path.string(),
       fs::exists(path / "runs")      ? ", such as its runs/seed_K"
       : fs::exists(path / "class_0") ? ", such as its class_0"
                                      : "");
}

void predict(const Options& options) {
  // A link would be replaced, not what it names.
  const fs::file_type out = fs::symlink_status(options.out).type();
  if (out != fs::file_type::not_found && out != fs::file_type::regular) {
    fail("{}: is no regular file; choose another with --out", options.out.string());
  }
  if (study::RunFolder::is_of_a_run(options.out)) {
    fail("{}: is of the run in its folder; choose another with --out", options.out.string());
  }
  if (!options.force && out == fs::file_type::regular) {
    fail("{}: is there already; choose another with --out, or replace it with --force",
         options.out.string());
  }
  for (const fs::path& input : {options.data, model_file(options.model)}) {
    std::error_code missing;  // what is not there cannot be the same
    if (fs::equivalent(options.out, input, missing)) {
      fail("{}: is read from, too; choose another with --out", options.out.string());
    }
  }
  constexpr std::uint64_t kSeed = 42;
  const study::LoadedModel model =
      study::load_model(model_file(options.model), options.seed.value_or(kSeed));
  if (options.seed && !model.card.codings) {
    fail(
        "{}: got --seed with a model of {}, which draws no noise, expected one of a variational "
        "autoencoder; leave the flag out",
        model_file(options.model).string(), model.card.study);
  }
  set_gemm_backend(model.card.gemm);  // the study's scores, to the last digit
  const Tensor samples = study::load_samples(options.data, model.card, options.samples);
  const std::vector<double> scores = study::reconstruction_mae(samples, model.reconstruct);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i])) {
      fail("{}: gives sample {} a score that is not finite; its weights are damaged",
           model_file(options.model).string(), i);
    }
  }
  const std::optional<double> threshold =
      options.threshold ? options.threshold : model.card.threshold;

  std::string csv = threshold ? "index,mae,verdict\n" : "index,mae\n";
  std::int64_t anomalies = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    csv += fmt::format("{},{}", i, scores[i]);
    if (threshold) {
      const bool normal = scores[i] < *threshold;
      anomalies += !normal;
      csv += normal ? ",normal" : ",anomaly";
    }
    csv += '\n';
  }
  write_file(options.out, csv);
  if (options.quiet) return;
  const study::MeanStd m = study::mean_std(scores);
  fmt::print("{}: {} samples, mean absolute error {:.4f} +- {:.4f}\n", model.card.study,
             scores.size(), m.mean, m.std);
  if (threshold) {
    fmt::print("  threshold {:.5f} ({}): {} normal, {} anomalies\n", *threshold,
               options.threshold ? "--threshold" : model.card.threshold_name,
               std::ssize(scores) - anomalies, anomalies);
  } else {
    fmt::print("  the model has no threshold: name one with --threshold for verdicts\n");
  }
  fmt::print("Scores: {}\n", options.out.string());
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  Options options;
  study::CommandLine line(
      "predict",
      "Scores samples with a model that a study has trained: the mean absolute error (MAE)\n"
      "of each one's reconstruction and, by the study's threshold, whether it is normal or\n"
      "an anomaly. Writes scores.csv.\n\n"
      "MODEL is the folder of a run, its model.safetensors, or its best.safetensors, which\n"
      "has no threshold. DATA is an IDX or CSV file, plain or gzipped, or a NumPy .npy file,\n"
      "of raw values as the study reads them: 0 to 255 for Fashion-MNIST, 0 to 16 for digits,\n"
      "heartbeats as they come for ECG.");
  CLI::App& app = line.flags();
  app.add_option("MODEL", options.model, "Folder of a run, or weights in it")
      ->required()
      ->check(study::require_path("the folder of a run"));
  app.add_option("DATA", options.data, "File with samples")
      ->required()
      ->check(study::require_path("a file"));
  app.add_option("--out", options.out, "File to write [scores.csv]")
      ->type_name("FILE")
      ->check(study::require_path("a file"));
  app.add_option("--threshold", options.threshold,
                 "Errors from here on are anomalies [the study's]")
      ->type_name("X")
      ->transform(study::require<double>("a finite number from 0 on, of double precision",
                                         [](double x) { return x >= 0 && std::isfinite(x); }));
  app.add_flag("--scaled", options.samples.scaled, "The values are scaled to 0 to 1 already");
  app.add_flag("--labelled", options.samples.labelled,
               "Each row of the CSV file ends in a label, which is\n"
               "left out; for no other file");
  app.add_option("--seed", options.seed,
                 "Of the noise of a variational autoencoder, whose\n"
                 "scores depend on it; for no other model [42]")
      ->type_name("N")
      ->transform(study::require<std::uint64_t>("a whole number from 0 to 18446744073709551615",
                                                [](std::uint64_t) { return true; }));
  app.add_flag("--force", options.force, "Replace the file that is there");
  app.add_flag("--quiet", options.quiet, "Print nothing but errors");
  app.footer(
      "Example: the last test images, by the run in ae_fashion\n"
      "  predict ae_fashion /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz");
  return line.run(argc, argv, [&] { predict(options); });
}
