// A finished Fashion-MNIST training and everything that is written about it.
//
// Thread safety: plain values; one thread writes a folder.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/study/data/fashion_mnist.h"
#include "apps/study/fashion/evaluation.h"
#include "apps/study/model/autoencoder.h"
#include "apps/study/run/page.h"
#include "apps/study/run/run_result.h"

namespace gradus::study {

struct FashionRun : RunResult {
  std::string description;  ///< of the model, for people: "an autoencoder"
  const FashionMnist& data;
  const FashionSets& sets;
  Evaluation evaluation;
  Reconstruct reconstruct;
  std::function<void(Page&)> more = {};  ///< adds sections of the study's own to the page
};

/// What is asked of a Fashion-MNIST study.
struct FashionTask {
  const Run& run;
  const FashionMnist& data;
  double load_seconds;  ///< that it took to load it
  const FashionSets& sets;
};

/// A model and what it is trained to do.
struct FashionModel {
  nn::Layer& model;  ///< images to the logits of their reconstructions
  Layers layers;
  std::optional<Index> codings;  ///< of a variational autoencoder
  std::string description;       ///< for people: "an autoencoder"
  std::string objective;         ///< likewise: "binary cross-entropy"
  optim::LossFunction loss;
  std::function<void(Page&)> more = {};  ///< adds sections of its own to the page
};

/// Trains the model on the normal images (RMSprop), judges it and writes every
/// file of the run, `model.safetensors` and `metrics.json` among them.
void run_fashion(const FashionTask& task, const FashionModel& model);

/// What tells a run with these classes from others.
Settings class_settings(const FashionMnist& data, const std::vector<int>& normal,
                        const std::vector<int>& abnormal);

/// "Sandal, Sneaker and Ankle boot".
std::string class_names(const std::vector<int>& classes);
/// "Sandal, Sneaker and Ankle boot (5, 7, 9)".
std::string numbered_class_names(const std::vector<int>& classes);

/// Writes every file of the run into its folder, `metrics.json` last, and prints
/// a summary where the run says so.
void write_fashion_run(FashionRun& run);

// The parts of that:

/// `thresholds.csv`, `sweep.csv`, `scores.csv` and one `hist_*.csv` a histogram.
void write_tables(const FashionRun& run);
/// The content of `metrics.json`, but for the seconds.
Json metrics_of(const FashionRun& run);
/// The page with its charts and image grids.
void fill_page(Page& page, const FashionRun& run);

/// A set that a histogram is drawn of: its errors, and which of the
/// five thresholds it marks (how many, from the first on).
struct HistogramOf {
  const char* name;     ///< "train_normal": the stem of its files behind "hist_"
  const char* caption;  ///< "the normal training data"
  const std::vector<double>* mae;
  const std::vector<bool>* is_normal;  ///< null: all of one kind
  Ink ink;                             ///< of that one kind
  int thresholds;
};
std::vector<HistogramOf> histograms_of(const FashionRun& run);
inline constexpr int kHistogramBins = 100;

}  // namespace gradus::study
