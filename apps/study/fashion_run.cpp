#include "apps/study/fashion_run.h"

#include <fmt/format.h>

#include "apps/study/stopwatch.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

void print_summary(const FashionRun& run, const RunFolder& folder) {
  const Evaluation& e = run.evaluation;
  const optim::EpochLog& last = run.training.last();
  const MeanStd normal = mean_std(e.test_normal), abnormal = mean_std(e.test_abnormal);
  fmt::print("\n{}: classes {} normal, {} abnormal, seed {}\n", run.study,
             fmt::join(run.sets.normal_classes, ","), fmt::join(run.sets.abnormal_classes, ","),
             run.seed);
  fmt::print("  loss {:.4f}, val_loss {:.4f} after {} epochs, {:.1f} s\n", last.loss,
             last.monitored(), last.epoch, run.seconds.train);
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
  fmt::print("Report: {}\n", (folder / "report.html").string());
}

}  // namespace

void write_fashion_run(FashionRun& run, const RunFolder& folder) try {
  const Stopwatch watch;
  folder.write("history.csv", history_csv(run.training.history));
  write_tables(run, folder);
  const std::vector<DrawnChart> charts = draw_fashion_charts(run, folder);
  folder.write("report.html", report_html(fashion_report(run, charts, folder)));
  run.seconds.report = watch.seconds();
  folder.write("metrics.json", metrics_json(run));
  if (!run.options.quiet) print_summary(run, folder);
} catch (const Error& e) {
  fail("{}; the training is kept, --resume goes on from here", e.what());
}

}  // namespace gradus::study
