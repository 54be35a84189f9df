// The page and the image grids of a Fashion-MNIST study.
#include <algorithm>
#include <ctime>
#include <numeric>

#include "apps/study/fashion_run.h"
#include "apps/study/picture.h"
#include "apps/study/text.h"
#include "tensor/blas.h"
#include "tensor/error.h"
#include "tensor/parallel.h"

namespace gradus::study {
namespace {

constexpr Index kGridImages = 30;

// "Sandal, Sneaker and Ankle boot".
std::string class_names(const std::vector<int>& classes) {
  std::string names;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    names += i == 0 ? "" : i + 1 == classes.size() ? " and " : ", ";
    names += kFashionClasses[static_cast<std::size_t>(classes[i])];
  }
  return names;
}

std::string numbered_class_names(const std::vector<int>& classes) {
  return fmt::format("{} ({})", class_names(classes), fmt::join(classes, ", "));
}

// A set's figures in the text: its chart by the name that draw_fashion_charts gave it.
ChartFigure chart_figure(const std::vector<DrawnChart>& charts, const std::string& name,
                         const std::string& caption) {
  const auto found =
      std::ranges::find(charts, name, [](const DrawnChart& c) { return c.png.stem().string(); });
  if (found == charts.end()) fail("[report] no chart is named {}", name);
  return {*found, caption, caption};
}

// The images `rows` of a set over their reconstructions: a file, and the strip for the page.
ImageStrip strip(const FashionRun& run, const RunFolder& folder, const std::string& name,
                 const Tensor& images, const std::string& caption) {
  const Tensor outputs = run.reconstruct(images);
  ReconstructionStrip layout{.image_rows = static_cast<int>(images.shape()[1]),
                             .image_columns = static_cast<int>(images.shape()[2])};
  const std::string file = name + ".png";
  folder.write(file, reconstructions_png(images.data(), outputs.data(), layout));
  layout.scale = 1;
  layout.gap = 2;
  layout.pairs_across = 15;
  return {reconstructions_png(images.data(), outputs.data(), layout), 2, file, caption, caption};
}

// The ten images of a set with the smallest or largest errors.
Tensor extremes(const ImageSet& set, const std::vector<double>& mae, bool largest) {
  std::vector<Index> order(mae.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::ranges::stable_sort(order, [&](Index a, Index b) {
    const double x = mae[static_cast<std::size_t>(a)], y = mae[static_cast<std::size_t>(b)];
    return largest ? x > y : x < y;
  });
  order.resize(std::min<std::size_t>(order.size(), 10));
  return set.images.gather_rows(order);
}

Section training_section(const FashionRun& run, const std::vector<DrawnChart>& charts) {
  const optim::EpochLog& last = run.training.last();
  Table table{fmt::format("Losses: {}, mean over pixels and images", run.loss),
              {{"epoch"}, {"loss", true}, {"val_loss", true}},
              {}};
  const auto row = [&](const std::string& name, const optim::EpochLog& log) {
    table.rows.push_back(
        {name, fmt::format("{:.4f}", log.loss), fmt::format("{:.4f}", log.monitored())});
  };
  row("first", run.training.history.front());
  row(fmt::format("best ({})", run.training.best_epoch),
      run.training.history[static_cast<std::size_t>(run.training.best_epoch - 1)]);
  row(fmt::format("last ({})", last.epoch), last);
  return {"Training",
          {chart_figure(charts, "loss",
                        "Training and validation loss by epoch. The weights of the last epoch are "
                        "in model.safetensors and are used below; those of the best validation "
                        "loss are in best.safetensors."),
           table, Preformatted{"The model", run.summary}}};
}

Section errors_section(const FashionRun& run, const std::vector<DrawnChart>& charts) {
  const Evaluation& e = run.evaluation;
  Table table{"Reconstruction loss: the mean absolute error (MAE) of each image",
              {{"set"}, {"images", true}, {"mean", true}, {"std", true}},
              {}};
  const auto row = [&](const char* name, const std::vector<double>& mae) {
    const MeanStd m = mean_std(mae);
    table.rows.push_back({name, grouped(std::ssize(mae)), fmt::format("{:.4f}", m.mean),
                          fmt::format("{:.4f}", m.std)});
  };
  row("training, normal", e.train_normal);
  row("validation, normal", e.valid_normal);
  row("validation, abnormal", e.valid_abnormal);
  row("test, normal", e.test_normal);
  row("test, abnormal", e.test_abnormal);
  Section section{"Reconstruction errors", {table}};
  for (const HistogramOf& h : histograms_of(run)) {
    section.blocks.push_back(chart_figure(charts, fmt::format("hist_{}", h.name),
                                          fmt::format("Reconstruction losses of {}.", h.caption)));
  }
  return section;
}

Section thresholds_section(const FashionRun& run, const std::vector<DrawnChart>& charts) {
  Table table{"An image whose error is below the threshold is predicted normal",
              {{"threshold"}, {"how it is found"}, {"value", true}},
              {}};
  for (const NamedThreshold& n : named(run.evaluation.search.thresholds)) {
    table.rows.push_back(
        {std::to_string(table.rows.size() + 1), n.meaning, fmt::format("{:.5f}", n.value)});
  }
  return {"Thresholds",
          {table, chart_figure(charts, "sweep",
                               "Accuracy on the validation data at 100 thresholds from the mean "
                               "error of the normal images to that of the abnormal ones.")}};
}

Section results_section(const FashionRun& run) {
  ConfusionMatrices matrices;
  for (const ThresholdResult& r : run.evaluation.results) {
    const Confusion& c = r.confusion;
    matrices.matrices.push_back({.title = r.title,
                                 .note = fmt::format("threshold {:.5f}", r.threshold),
                                 .counts = {{{c.abnormal_as_abnormal, c.abnormal_as_normal},
                                             {c.normal_as_abnormal, c.normal_as_normal}}},
                                 .accuracy = c.accuracy(),
                                 .precision = c.precision(),
                                 .recall = c.recall()});
  }
  return {"Results on the test set",
          {Paragraph{"Normal is the positive class: precision is the share of truly normal images "
                     "among those predicted normal, recall the share of the normal images that "
                     "were predicted normal."},
           matrices}};
}

Section images_section(const FashionRun& run, const RunFolder& folder) {
  const FashionSets& s = run.sets;
  const auto first = [&](const char* name, const ImageSet& set, const char* caption) {
    return strip(run, folder, fmt::format("grid_{}", name), set.first(kGridImages),
                 fmt::format("The first {} images of {}: originals above, reconstructions below.",
                             std::min(kGridImages, set.size()), caption));
  };
  return {"Images and their reconstructions",
          {first("train_normal", s.train_normal, "the normal training data"),
           first("valid", s.valid, "the validation data"),
           first("valid_normal", s.valid_normal, "the normal validation data"),
           first("valid_abnormal", s.valid_abnormal, "the abnormal validation data"),
           first("test", s.test, "the test data"),
           first("test_normal", s.test_normal, "the normal test data"),
           first("test_abnormal", s.test_abnormal, "the abnormal test data")}};
}

Section extremes_section(const FashionRun& run, const RunFolder& folder) {
  const Evaluation& e = run.evaluation;
  const auto ten = [&](const char* name, const ImageSet& set, const std::vector<double>& mae,
                       bool largest, const char* caption) {
    return strip(run, folder, name, extremes(set, mae, largest), caption);
  };
  return {"Best and worst",
          {ten("worst_test_normal", run.sets.test_normal, e.test_normal, true,
               "Normal test images with the largest errors: the false alarms come from here."),
           ten("best_test_normal", run.sets.test_normal, e.test_normal, false,
               "Normal test images with the smallest errors."),
           ten("best_test_abnormal", run.sets.test_abnormal, e.test_abnormal, false,
               "Abnormal test images with the smallest errors: those that slip through."),
           ten("worst_test_abnormal", run.sets.test_abnormal, e.test_abnormal, true,
               "Abnormal test images with the largest errors.")}};
}

Section facts_section(const FashionRun& run) {
  const FashionSets& s = run.sets;
  Facts facts;
  const auto add = [&](const char* name, std::string value) {
    facts.facts.emplace_back(name, std::move(value));
  };
  add("Normal classes", numbered_class_names(s.normal_classes));
  add("Abnormal classes", numbered_class_names(s.abnormal_classes));
  add("Data", run.data.published ? "Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017; MIT licence)"
                                 : "custom data in IDX files");
  add("Data checksum", run.data.checksum);
  add("Images", fmt::format("{} normal for training; {} normal and {} abnormal for validation; {} "
                            "normal and {} abnormal for the test",
                            grouped(s.train_normal.size()), grouped(s.valid_normal.size()),
                            grouped(s.valid_abnormal.size()), grouped(s.test_normal.size()),
                            grouped(s.test_abnormal.size())));
  add("Training",
      fmt::format("{}, learning rate {}, batch {}, {} epochs", run.method,
                  run.options.learning_rate, run.options.batch_size, run.training.last().epoch));
  add("Parameters", grouped(run.parameters));
  add("Seed", std::to_string(run.seed));
  add("Threads", std::to_string(num_threads()));
  add("Time", fmt::format("{:.1f} s training, {:.2f} s loading, {:.2f} s evaluation",
                          run.seconds.train, run.seconds.load, run.seconds.evaluate));
  add("Software", fmt::format("gradus {}, {}", GRADUS_VERSION, blas_description()));
  return {"About this run", {facts}};
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &local);
  return text;
}

}  // namespace

Report fashion_report(const FashionRun& run, const std::vector<DrawnChart>& charts,
                      const RunFolder& folder) {
  const Evaluation& e = run.evaluation;
  const Confusion& best = e.results.front().confusion;
  Report report;
  report.title = fmt::format("{} against {}", class_names(run.sets.normal_classes),
                             class_names(run.sets.abnormal_classes));
  report.subtitle = fmt::format(
      "Anomaly detection on Fashion-MNIST with {} that saw only normal images", run.model);
  const bool told_apart = mean_std(e.valid_abnormal).mean > mean_std(e.valid_normal).mean;
  const std::string verdict = fmt::format(
      "What it has never seen ({}) it reconstructs {}.", class_names(run.sets.abnormal_classes),
      told_apart ? "worse, so a large error speaks for abnormal"
                 : "no worse: here the error does not tell abnormal from normal");
  report.lead = fmt::format(
      "The model was trained on {} images of normal clothes ({}) and nothing else. {} At the "
      "threshold that is best on the validation data, {} of {} test images are classified "
      "correctly.",
      grouped(run.sets.train_normal.size()), class_names(run.sets.normal_classes), verdict,
      grouped(best.abnormal_as_abnormal + best.normal_as_normal), grouped(run.sets.test.size()));
  report.headline = {
      {"Accuracy", percent(best.accuracy()), "at the best validation threshold"},
      {"ROC-AUC", fmt::format("{:.4f}", e.roc_auc), "abnormal ranked by error"},
      {"Normal error", fmt::format("{:.4f}", mean_std(e.test_normal).mean), "mean MAE, test"},
      {"Abnormal error", fmt::format("{:.4f}", mean_std(e.test_abnormal).mean), "mean MAE, test"},
      {"Training", fmt::format("{:.1f} s", run.seconds.train),
       fmt::format("{} epochs", run.training.last().epoch)}};
  Section pixels{"Pixel by pixel",
                 {chart_figure(charts, "pixels_test_normal",
                               "The first normal test image: input, reconstruction and the error "
                               "between them."),
                  chart_figure(charts, "pixels_test_abnormal",
                               "The same for the first abnormal test image.")}};
  report.sections = {results_section(run),
                     images_section(run, folder),
                     extremes_section(run, folder),
                     training_section(run, charts),
                     errors_section(run, charts),
                     thresholds_section(run, charts),
                     pixels,
                     facts_section(run)};
  report.footer = fmt::format("{} (gradus {}), {}", run.study, GRADUS_VERSION, today());
  return report;
}

}  // namespace gradus::study
