#include "apps/study/fashion/fashion_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/study/model/model_file.h"
#include "apps/study/run/stopwatch.h"
#include "apps/study/text/text.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

void print_summary(const FashionRun& run) {
  const Evaluation& e = run.evaluation;
  const optim::EpochLog& last = run.training.last();
  const MeanStd normal = mean_std(e.test_normal), abnormal = mean_std(e.test_abnormal);
  fmt::print("\n{}: classes {} normal, {} abnormal, seed {}\n", run.run.study,
             fmt::join(run.sets.normal_classes, ","), fmt::join(run.sets.abnormal_classes, ","),
             run.run.seed);
  fmt::print("  loss {:.4f}, val_loss {:.4f} after {} epochs, {}\n", last.loss, last.monitored(),
             last.epoch, seconds_text(run.seconds.train));
  fmt::print("  test MAE: normal {:.4f} +- {:.4f}, abnormal {:.4f} +- {:.4f}\n", normal.mean,
             normal.std, abnormal.mean, abnormal.std);
  fmt::print("  {:<20} {:>9} {:>9} {:>9} {:>9}\n", "threshold", "value", "accuracy", "precision",
             "recall");
  for (const ThresholdResult& r : e.results) {
    fmt::print("  {:<20} {:>9.5f} {:>9.4f} {:>9.4f} {:>9.4f}\n", r.name, r.threshold,
               r.confusion.accuracy(), r.confusion.precision(), r.confusion.recall());
  }
  fmt::print(
      "  normal is positive there; with abnormal as positive: ROC-AUC {:.4f}, average precision "
      "{:.4f}\n",
      e.roc_auc, e.average_precision);
  fmt::print("Report: {}\n", (run.run.folder / "report.html").string());
}

}  // namespace

void run_fashion(const FashionTask& task, const FashionModel& m) {
  const Run& run = task.run;
  const FashionSets& sets = task.sets;
  optim::RMSprop optimizer(m.model.parameters(), {.learning_rate = run.options.learning_rate});
  const Tensor& normal = sets.train_normal.images;
  const Tensor& valid = sets.valid_normal.images;
  const Training training =
      train(run, optimizer, {normal, normal}, {valid, valid}, m.loss, m.model.generators());

  const Stopwatch watch;
  const Reconstruct reconstruct = reconstruction_of(m.model, m.layers.output);
  const Evaluation evaluation = evaluate(sets, reconstruct);
  save_models(m.model,
              {.study = run.study,
               .layers = m.layers,
               .codings = m.codings,
               .range = {0, 255},
               .threshold = evaluation.search.thresholds.best_validation,
               .threshold_name = "best_validation"},
              run.folder);
  FashionRun result{{.run = run,
                     .method = "RMSprop, " + m.objective,
                     .loss = m.objective,
                     .parameters = m.model.parameter_count(),
                     .summary = nn::summary(m.model, m.layers.sample),
                     .training = training,
                     .seconds = {.load = task.load_seconds,
                                 .train = training.seconds(),
                                 .evaluate = watch.seconds()}},
                    m.description,
                    task.data,
                    sets,
                    evaluation,
                    reconstruct,
                    m.more};
  write_fashion_run(result);
}

Settings class_settings(const FashionMnist& data, const std::vector<int>& normal,
                        const std::vector<int>& abnormal) {
  return {{"data", data.checksum},
          {"normal classes", numbered_class_names(normal)},
          {"abnormal classes", numbered_class_names(abnormal)}};
}

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

void write_fashion_run(FashionRun& run) {
  const Stopwatch watch;
  write_trained([&] {
    write_tables(run);
    Page page(run.run);
    fill_page(page, run);
    finish_run(run, page, metrics_of(run), watch);
  });
  if (run.run.prints) print_summary(run);
}

}  // namespace gradus::study
