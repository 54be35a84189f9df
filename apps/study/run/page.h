// A report while a study fills it, from top to bottom, as a notebook is read.
//
// Pictures are written at once; charts are drawn all together in `write`, for
// gnuplot starts but once then.
//
// Thread safety: one thread fills a page.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "apps/study/chart/chart.h"
#include "apps/study/report/picture.h"
#include "apps/study/report/report.h"
#include "apps/study/run/run_result.h"
#include "apps/study/run/stopwatch.h"
#include "tensor/tensor.h"

namespace gradus::study {

class Page {
 public:
  /// Of one run, with its footer and a link to the page of all runs, where there is one.
  explicit Page(const Run& run);
  /// Of several.
  Page(RunFolder& folder, const std::string& study);

  /// Title, subtitle, lead and headline figures, to be set.
  Report& report() { return report_; }

  /// What is added from now on stands under this heading.
  void section(std::string title) { report_.sections.push_back({std::move(title), {}}); }
  /// Requires: a section was begun.
  void add(Block block) { report_.sections.back().blocks.push_back(std::move(block)); }
  /// A chart, also CHART.NAME.png beside the page.
  void chart(Chart chart, const std::string& caption);
  /// Images (n, rows, columns) over their reconstructions, also NAME.png.
  void reconstructions(const std::string& name, const Tensor& images, const Tensor& outputs,
                       const std::string& caption, std::vector<std::string> labels = {});
  /// Images (n, rows, columns) in a grid `across` wide, also NAME.png.
  void images(const std::string& name, const Tensor& images, int across, const std::string& caption,
              ImageGrid style = {});

  /// Draws the charts and writes `file`.
  void write(const std::string& file = "report.html");

 private:
  struct Place {
    std::size_t section, block;
  };
  RunFolder& folder_;
  Report report_;
  std::vector<Chart> charts_;
  std::vector<Place> places_;  // of the charts' blocks
};

/// The loss curves of a training; `loss` names what is minimised.
Chart loss_chart(const optim::History& history, const std::string& loss);

/// The section "Training": loss curves, the first, best and last epoch, the model.
void add_training(Page& page, const RunResult& result);

/// How the test came out at `threshold`, for a block ConfusionMatrices.
ConfusionMatrix confusion_matrix(std::string title, double threshold, const Confusion& confusion);

/// Errors by set: how many `counted` ("images") a row has, their mean and standard
/// deviation. `row` names what a row is ("set").
struct ErrorTable {
  ErrorTable(std::string caption, std::string row, std::string counted)
      : table{std::move(caption),
              {{std::move(row)}, {std::move(counted), true}, {"mean", true}, {"std", true}},
              {}} {}
  void add(std::string name, const std::vector<double>& mae);
  Table table;
};

/// "gradus 0.1.0, OpenBLAS 0.3.21 Haswell".
std::string software();

/// The section "About this run": `first`, then data, training, seed, time and software.
void add_facts(Page& page, const RunResult& result, const DataSource& data, Facts first);

/// Calls write(), which writes the files of a trained run; an error of it says that
/// the training is kept.
void write_trained(const std::function<void()>& write);

/// Writes history.csv, the page and, last, metrics.json with the seconds that it
/// all took, those of the report since `report_began`.
void finish_run(RunResult& result, Page& page, Json metrics, const Stopwatch& report_began);

}  // namespace gradus::study
