// Which clothes can an autoencoder tell apart? Each class of Fashion-MNIST in
// turn is the normal one, against each other class: ten trainings, ninety pairs.
#include <fmt/format.h>

#include <array>
#include <limits>
#include <numeric>

#include "apps/study/data/csv.h"
#include "apps/study/fashion/fashion_ae.h"
#include "apps/study/fashion/fashion_vae.h"
#include "apps/study/run/breakdown.h"
#include "apps/study/run/class_matrix.h"
#include "apps/study/run/figures.h"
#include "apps/study/run/program.h"
#include "apps/study/run/seeds.h"
#include "apps/study/run/stopwatch.h"

namespace {

using namespace gradus;

constexpr std::size_t kClasses = study::kFashionClasses.size();

struct Options : study::StudyOptions {
  std::string model = "ae";
  bool kl = false;
};

// ROC-AUC of each pair [normal][abnormal]; NaN on the diagonal.
using Matrix = std::array<std::array<double, kClasses>, kClasses>;

std::vector<int> others(std::size_t normal) {
  std::vector<int> classes(kClasses);
  std::iota(classes.begin(), classes.end(), 0);
  std::erase(classes, static_cast<int>(normal));
  return classes;
}

std::string folder_of(std::size_t normal) { return fmt::format("class_{}", normal); }

// How well a run's errors on the test images (its scores.csv: index, label,
// error, verdict) rank each other class above the normal one.
std::array<double, kClasses> row_of(const std::filesystem::path& run, std::size_t normal) {
  constexpr std::size_t kMaxBytes = 64 << 20;
  const std::filesystem::path file = run / "scores.csv";
  const study::NumberTable scores = study::read_csv(file, kMaxBytes, 4);
  std::array<std::vector<double>, kClasses> errors;
  for (Index i = 0; i < scores.rows; ++i) {
    const double label = scores.row(i)[1];
    if (!(label >= 0 && label < kClasses)) {
      fail("{}: line {}: got the label {}, expected 0 to {}", file.string(), scores.line(i), label,
           kClasses - 1);
    }
    errors[static_cast<std::size_t>(label)].push_back(scores.row(i)[2]);
  }
  std::array<double, kClasses> row;
  for (std::size_t abnormal = 0; abnormal < kClasses; ++abnormal) {
    std::vector<double> both = errors[normal];
    both.insert(both.end(), errors[abnormal].begin(), errors[abnormal].end());
    std::vector<bool> is_abnormal(both.size());
    std::fill(is_abnormal.begin() + std::ssize(errors[normal]), is_abnormal.end(), true);
    row[abnormal] = abnormal == normal ? std::numeric_limits<double>::quiet_NaN()
                                       : study::roc_auc(both, is_abnormal);
  }
  return row;
}

// What all trainings took, those of an atlas that was resumed included.
double training_seconds(const study::RunFolder& atlas) {
  std::vector<std::filesystem::path> runs;
  for (std::size_t n = 0; n < kClasses; ++n) runs.push_back(atlas / folder_of(n));
  double sum = 0;
  for (const study::Figure& figure : study::figures_of(runs)) {
    if (figure.name != "seconds.train") continue;
    sum = std::accumulate(figure.values.begin(), figure.values.end(), 0.0);
  }
  return sum;
}

struct Pair {
  std::size_t normal, abnormal;
  double roc_auc;
};

// All pairs, the worst told apart first.
std::vector<Pair> pairs_by_value(const Matrix& matrix) {
  std::vector<Pair> pairs;
  for (std::size_t n = 0; n < kClasses; ++n) {
    for (std::size_t a = 0; a < kClasses; ++a) {
      if (n != a) pairs.push_back({n, a, matrix[n][a]});
    }
  }
  std::ranges::stable_sort(pairs, {}, &Pair::roc_auc);
  return pairs;
}

// "Sandal against Sneaker".
std::string names(const Pair& pair) {
  return fmt::format("{} against {}", study::kFashionClasses[pair.normal],
                     study::kFashionClasses[pair.abnormal]);
}

std::string matrix_csv(const Matrix& matrix) {
  std::string csv = fmt::format("normal,{}\n", fmt::join(study::kFashionClasses, ","));
  for (std::size_t n = 0; n < kClasses; ++n) {
    csv += study::kFashionClasses[n];
    for (std::size_t a = 0; a < kClasses; ++a) {
      csv += n == a ? "," : fmt::format(",{}", matrix[n][a]);
    }
    csv += '\n';
  }
  return csv;
}

study::Table pair_table(const char* caption, std::span<const Pair> pairs) {
  study::Table table{caption, {{"normal"}, {"abnormal"}, {"ROC-AUC", true}}, {}};
  for (const Pair& p : pairs) {
    table.rows.push_back({std::string(study::kFashionClasses[p.normal]),
                          std::string(study::kFashionClasses[p.abnormal]),
                          fmt::format("{:.4f}", p.roc_auc)});
  }
  return table;
}

void write_atlas(const Options& options, const study::Run& run, const study::FashionMnist& data,
                 const Matrix& matrix) {
  run.folder.write("matrix.csv", matrix_csv(matrix));
  const std::vector<Pair> pairs = pairs_by_value(matrix);
  const double mean = std::accumulate(pairs.begin(), pairs.end(), 0.0,
                                      [](double sum, const Pair& p) { return sum + p.roc_auc; }) /
                      static_cast<double>(pairs.size());
  const char* const model = options.model == "ae" ? "an autoencoder" : "a variational autoencoder";

  study::Page page(run);
  study::Report& report = page.report();
  report.title = "An atlas of clothes";
  report.subtitle =
      fmt::format("Which classes of {} {} tells apart", study::source_of(data).name, model);
  report.lead = fmt::format(
      "Each class in turn was the normal one: {} learned its images alone and then reconstructed "
      "those of all other classes. ROC-AUC is the probability that an abnormal image has a larger "
      "error than a normal one: 1 is perfect, 0.5 a coin, and below that the model draws the "
      "class it has never seen better than its own. The matrix is not symmetric: who has "
      "learned to draw one class may draw another, simpler one as well, but not the other way "
      "round.",
      model);
  report.headline = {
      {"Mean ROC-AUC", fmt::format("{:.4f}", mean), "of 90 pairs"},
      {"Worst pair", fmt::format("{:.4f}", pairs.front().roc_auc), names(pairs.front())},
      {"Best pair", fmt::format("{:.4f}", pairs.back().roc_auc), names(pairs.back())},
      {"Training", fmt::format("{:.0f} s", training_seconds(run.folder)), "all ten together"}};
  page.section("The atlas");
  std::vector<double> values;
  for (const auto& row : matrix) values.insert(values.end(), row.begin(), row.end());
  page.chart(study::class_matrix_chart(values, "ROC-AUC of each pair"),
             "ROC-AUC on the test images: rows are the class that the model learned, columns the "
             "class it was held against.");
  page.section("Hard and easy pairs");
  page.add(pair_table("The ten worst", std::span(pairs).first(10)));
  page.add(pair_table("The ten best", std::vector<Pair>(pairs.rbegin(), pairs.rbegin() + 10)));
  page.section("The trainings");
  page.add(study::Paragraph{
      "The report of each training holds its class against all nine others at once, one image "
      "against nine. Accuracy says little there: who calls every image abnormal is right nine "
      "times in ten."});
  study::Links links;
  for (std::size_t n = 0; n < kClasses; ++n) {
    links.links.push_back({std::string(study::kFashionClasses[n]), folder_of(n) + "/report.html"});
  }
  page.add(std::move(links));
  page.section("About this run");
  page.add(study::Facts{
      {{"Model", model},
       {"Objective", options.kl ? "binary cross-entropy + KL / pixels" : "binary cross-entropy"},
       {"Training", fmt::format("RMSprop, learning rate {}, batch {}, {} epochs",
                                options.learning_rate, options.batch_size, options.epochs)},
       {"Data", study::source_of(data).credit},
       {"Data checksum", data.checksum},
       {"Seed", std::to_string(run.seed)},
       {"Software", study::software()}}});
  page.write();

  study::Json json{{"study", run.study},
                   {"seed", run.seed},
                   {"model", options.model},
                   {"data", {{"name", study::source_of(data).name}, {"checksum", data.checksum}}},
                   {"epochs", options.epochs}};
  json["mean_roc_auc"] = mean;
  for (const auto& row : matrix) {
    study::Json cells = study::Json::array();
    for (const double value : row)
      cells.push_back(std::isnan(value) ? study::Json() : study::Json(value));
    json["roc_auc"].push_back(cells);
  }
  run.folder.write("metrics.json", json.dump(2) + "\n");
  if (!run.prints) return;
  fmt::print("\nROC-AUC, rows normal, columns abnormal\n{:>13}", "");
  for (std::size_t a = 0; a < kClasses; ++a) fmt::print(" {:>6}", a);
  for (std::size_t n = 0; n < kClasses; ++n) {
    fmt::print("\n{} {:<11}", n, study::kFashionClasses[n]);
    for (std::size_t a = 0; a < kClasses; ++a) {
      n == a ? fmt::print(" {:>6}", "-") : fmt::print(" {:>6.3f}", matrix[n][a]);
    }
  }
  fmt::print("\n\nReport: {}\n", (run.folder / "report.html").string());
}

// An atlas with a row missing is none: its page has but the reports of the trainings.
[[noreturn]] void report_broken(const study::Run& run, const std::vector<study::PlannedRun>& plan,
                                const std::vector<std::string>& broke_down) {
  study::Page page(run);
  study::Report& report = page.report();
  report.title = "An atlas that broke down";
  report.subtitle = fmt::format("{}, seed {}", run.study, run.seed);
  report.lead = "Of some classes there is no model, and so no row: there is no atlas.";
  study::add_broken_runs(page, plan, broke_down);
  page.write();
  throw study::BrokeDown(study::failed_runs(plan, broke_down), run.folder / "report.html");
}

void run_atlas(const Options& options, const study::FashionMnist& data, double load_seconds,
               const study::Run& run) {
  std::vector<study::PlannedRun> plan;
  for (std::size_t n = 0; n < kClasses; ++n) {
    study::Settings settings = run.settings;
    settings.emplace_back("normal class", std::to_string(n));
    plan.push_back({std::string(study::kFashionClasses[n]), folder_of(n),
                    "a training of fashion_atlas", run.seed, std::move(settings)});
  }
  const std::vector<std::string> broke_down = study::run_side_by_side(
      options, run.study, run.folder, plan, "report.html", run.prints,
      [&](std::size_t n, const study::Run& one) {
        const study::FashionSets sets =
            study::fashion_sets(data, {static_cast<int>(n)}, others(n), one.seed);
        const study::FashionTask task{one, data, load_seconds, sets};
        options.model == "ae" ? study::run_autoencoder(task)
                              : study::run_variational_autoencoder(task, options.kl);
      });
  if (std::ranges::any_of(broke_down, [](const std::string& what) { return !what.empty(); })) {
    report_broken(run, plan, broke_down);
  }
  Matrix matrix;
  for (std::size_t n = 0; n < kClasses; ++n) matrix[n] = row_of(run.folder / folder_of(n), n);
  write_atlas(options, run, data, matrix);
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  Options options;
  options.epochs = 100;
  options.batch_size = 128;
  study::Program program(
      "fashion_atlas",
      "Trains an autoencoder on each class of Fashion-MNIST in turn and measures how well its\n"
      "reconstruction error tells each other class: ten trainings, a 10 x 10 matrix of\n"
      "ROC-AUC as CSV and as a picture in report.html, and a full report of each training.\n"
      "A stopped atlas goes on with --resume.",
      options, study::kFashionDataHelp);
  program.flags()
      .add_option("--model", options.model,
                  "ae, the autoencoder of ae_fashion, or vae, the\n"
                  "variational one of vae_fashion [ae]")
      ->check(study::require_either("ae", "vae"))
      ->type_name("NAME")
      ->group("Training");
  program.flags()
      .add_flag("--kl", options.kl, "With --model vae: add the KL term to the loss")
      ->group("Training");
  program.flags().callback([&] {
    if (options.kl && options.model != "vae") {
      throw CLI::ValidationError("--kl", "got it with --model ae, expected --model vae");
    }
  });
  return program.run(argc, argv, [&] {
    const study::Stopwatch watch;
    const study::FashionMnist data =
        study::load_fashion_mnist(study::find_fashion_mnist(options.data));
    const double load_seconds = watch.seconds();
    for (std::size_t n = 0; n < kClasses; ++n) {  // before a folder is touched
      study::check_fashion_sets(data, {static_cast<int>(n)}, others(n), options.seed,
                                options.seeds);
    }
    const study::Settings settings{
        {"model", options.model}, {"KL term", options.kl ? "on" : "off"}, {"data", data.checksum}};
    study::run_seeds(options, "fashion_atlas", settings,
                     [&](const study::Run& run) { run_atlas(options, data, load_seconds, run); });
  });
}
