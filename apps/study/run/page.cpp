#include "apps/study/run/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "apps/study/text/text.h"
#include "tensor/error.h"
#include "tensor/gemm.h"
#include "tensor/parallel.h"

namespace gradus::study {
namespace {

// Small images are drawn larger: about as large as 28 x 28 ones at scale 2.
int scale_for(const Tensor& images) {
  const Index longest = std::max(images.shape()[1], images.shape()[2]);
  return static_cast<int>(std::clamp<Index>(56 / std::max<Index>(1, longest), 1, 8));
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

Page::Page(RunFolder& folder, const std::string& study) : folder_(folder) {
  report_.footer = fmt::format("{} (gradus {}), {}", study, GRADUS_VERSION, today());
}

Page::Page(const Run& run) : Page(run.folder, run.study) {
  if (!run.summary.empty()) report_.up = Link{"All runs", run.summary};
}

void Page::chart(Chart chart, const std::string& caption) {
  ChartFigure figure;  // its drawing comes in `write`
  figure.caption = caption;
  add(std::move(figure));
  places_.push_back({report_.sections.size() - 1, report_.sections.back().blocks.size() - 1});
  charts_.push_back(std::move(chart));
}

void Page::reconstructions(const std::string& name, const Tensor& images, const Tensor& outputs,
                           const std::string& caption, std::vector<std::string> labels) {
  const int scale = scale_for(images);
  ReconstructionStrip layout{.image_rows = static_cast<int>(images.shape()[1]),
                             .image_columns = static_cast<int>(images.shape()[2]),
                             .scale = scale,
                             .labels = std::move(labels)};
  const std::string file = name + ".png";
  folder_.write(file, reconstructions_png(images.data(), outputs.data(), layout));
  // As many across as a page has room for: 900 pixels, and 90 an image with a label.
  layout.pairs_across = 10;
  if (layout.labels.empty()) {  // the page enlarges pixels, but letters would be coarse
    layout.scale = 1;
    layout.gap = 2;
    layout.pairs_across = std::max(1, 900 / ((layout.image_columns + layout.gap) * scale));
  }
  add(ImageStrip{reconstructions_png(images.data(), outputs.data(), layout),
                 layout.labels.empty() ? scale : 1, file, caption});
}

void Page::images(const std::string& name, const Tensor& images, int across,
                  const std::string& caption, ImageGrid style) {
  const auto count = static_cast<int>(images.shape()[0]);
  style.image_rows = static_cast<int>(images.shape()[1]);
  style.image_columns = static_cast<int>(images.shape()[2]);
  style.grid_columns = std::clamp(count, 1, across);
  style.grid_rows = std::max(1, (count + across - 1) / across);
  style.scale = scale_for(images);
  const std::string file = name + ".png";
  const std::string png = grid_png(images.data(), style);
  folder_.write(file, png);
  add(ImageStrip{png, 1, file, caption});
}

void Page::write(const std::string& file) {
  for (const Chart& chart : charts_) folder_.add(chart.name + ".png");
  if (!charts_.empty()) folder_.add("charts/");
  std::vector<DrawnChart> drawn = draw_charts(folder_.path(), charts_);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    Block& block = report_.sections[places_[i].section].blocks[places_[i].block];
    std::get<ChartFigure>(block).chart = std::move(drawn[i]);
  }
  folder_.write(file, report_html(report_));
}

Chart loss_chart(const optim::History& history, const std::string& loss) {
  LineChart lines{.counts_x = true};
  Line training{"loss", {}, Ink::kBlue}, validation{"val_loss", {}, Ink::kOrange};
  for (const optim::EpochLog& log : history) {
    lines.x.push_back(log.epoch);
    training.y.push_back(log.loss);
    validation.y.push_back(log.monitored());
  }
  lines.lines = {training, validation};
  return {.name = "loss", .title = "Loss", .x_label = "epoch", .y_label = loss, .plot = lines};
}

void add_training(Page& page, const RunResult& result) {
  const Training& training = result.training;
  page.section("Training");
  for (const std::string& warning : training.warnings) {
    page.add(Callout{"Learning went wrong", warning});
  }
  page.chart(loss_chart(training.history, result.loss),
             "Training and validation loss by epoch. The weights of the last epoch are in "
             "model.safetensors and are used on this page; those of the best validation loss are "
             "in best.safetensors.");
  // The first epoch, the best one and the last five.
  Table table{fmt::format("Losses: {}, mean over all values of all samples", result.loss),
              {{"epoch"}, {"loss", true}, {"val_loss", true}},
              {}};
  const int epochs = training.last().epoch;
  for (const optim::EpochLog& log : training.history) {
    const bool best = log.epoch == training.best_epoch;
    if (log.epoch > 1 && !best && log.epoch <= epochs - 5) continue;
    table.rows.push_back({fmt::format("{}{}", log.epoch, best ? " (best)" : ""),
                          fmt::format("{:.4f}", log.loss), fmt::format("{:.4f}", log.monitored())});
  }
  page.add(std::move(table));
  page.add(Preformatted{"The model", result.summary});
}

ConfusionMatrix confusion_matrix(std::string title, double threshold, const Confusion& c) {
  return {.title = std::move(title),
          .note = fmt::format("threshold {:.5f}", threshold),
          .counts = {{{c.abnormal_as_abnormal, c.abnormal_as_normal},
                      {c.normal_as_abnormal, c.normal_as_normal}}},
          .accuracy = c.accuracy(),
          .precision = c.precision(),
          .recall = c.recall()};
}

void ErrorTable::add(std::string name, const std::vector<double>& mae) {
  const MeanStd m = mean_std(mae);
  table.rows.push_back({std::move(name), grouped(std::ssize(mae)), fmt::format("{:.4f}", m.mean),
                        fmt::format("{:.4f}", m.std)});
}

std::string software() { return fmt::format("gradus {}, {}", GRADUS_VERSION, gemm_description()); }

void add_facts(Page& page, const RunResult& result, const DataSource& data, Facts first) {
  const StudyOptions& options = result.run.options;
  Facts facts = std::move(first);
  const auto add = [&](const char* name, std::string value) {
    facts.facts.emplace_back(name, std::move(value));
  };
  add("Data", data.credit);
  add("Data checksum", data.checksum);
  add("Training",
      fmt::format("{}, learning rate {}, batch {}, {} epochs", result.method, options.learning_rate,
                  options.batch_size, result.training.last().epoch));
  add("Parameters", grouped(result.parameters));
  if (!result.training.idle_units.empty()) {
    add("Units without a gradient in the last epoch", result.training.idle_units);
  }
  add("Seed", std::to_string(result.run.seed));
  add("Threads", std::to_string(num_threads()));
  add("Time", fmt::format("{} training, {:.2f} s loading, {:.2f} s evaluation",
                          seconds_text(result.seconds.train), result.seconds.load,
                          result.seconds.evaluate));
  add("Software", software());
  page.section("About this run");
  page.add(std::move(facts));
}

void write_trained(const std::function<void()>& write) {
  try {
    write();
  } catch (const Error& e) {
    fail("{}; the training is kept, --resume goes on from here", e.what());
  }
}

void finish_run(RunResult& result, Page& page, Json metrics, const Stopwatch& report_began) {
  RunFolder& folder = result.run.folder;
  folder.write("history.csv", optim::to_csv(result.training.history));
  page.write();
  result.seconds.report = report_began.seconds();
  metrics["seconds"] = seconds_json(result.seconds);
  folder.write("metrics.json", metrics.dump(2) + "\n");
}

}  // namespace gradus::study
