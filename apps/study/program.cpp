#include "apps/study/program.h"

#include <fmt/format.h>

#include <cmath>
#include <exception>

#include "tensor/error.h"
#include "tensor/parallel.h"

namespace gradus::study {
namespace {

constexpr int kFailure = 1, kWrongUsage = 2;

std::string check_rate(const std::string& text) {
  Scalar rate = 0;
  if (CLI::detail::lexical_cast(text, rate) && rate > 0 && std::isfinite(rate)) return "";
  return "got " + text + ", expected a number above 0";
}

// Messages of several lines, or none, would break the promise of one line.
int complain(const std::string& program, std::string message, int status) {
  for (char& c : message) {
    if (c == '\n') c = ' ';
  }
  fmt::print(stderr, "{}: {}\n", program, message);
  return status;
}

}  // namespace

Program::Program(std::string name, std::string description, StudyOptions& options)
    : name_(std::move(name)), options_(options), app_(std::move(description), name_) {
  if (options_.out.empty()) options_.out = name_;
  app_.set_version_flag("--version", fmt::format("{} (gradus {})", name_, GRADUS_VERSION));
  app_.get_formatter()->column_width(34);
  app_.option_defaults()->always_capture_default();

  const char* const training = "Training";
  app_.add_option("--epochs", options_.epochs, "Passes over the training data")
      ->check(CLI::Range(1, 1'000'000))
      ->group(training);
  app_.add_option("--batch-size", options_.batch_size, "Samples a step; the last may have fewer")
      ->check(CLI::Range(Index{1}, Index{1} << 40))
      ->group(training);
  app_.add_option("--learning-rate", options_.learning_rate, "How far a step goes")
      ->check(CLI::Validator(check_rate, ""))
      ->group(training);
  app_.add_option("--seed", options_.seed, "Decides the split, the first weights and the shuffles")
      ->group(training);
  app_.add_option("--seeds", options_.seeds,
                  "Runs from consecutive seeds, each in runs/seed_K, with mean and standard "
                  "deviation of every figure in summary.csv")
      ->check(CLI::Range(1, 100'000))
      ->group(training);
  app_.add_option("--threads", options_.threads,
                  "Threads to use; the results are the same for any number (default: all "
                  "processors)")
      ->check(CLI::Range(1, 1024))
      ->default_str("")
      ->group(training);

  const char* const files = "Files";
  app_.add_option("--data", options_.data,
                  "Folder with the data (default: $GRADUS_DATA, then where Debian's package puts "
                  "it, then ./data)")
      ->default_str("")
      ->group(files);
  app_.add_option("--out", options_.out, "Folder to write to; made where it is missing")
      ->group(files);
  CLI::Option* const resume =
      app_.add_flag("--resume", options_.resume, "Go on with a stopped run in the folder")
          ->group(files);
  app_.add_flag("--force", options_.force, "Replace an earlier run in the folder")
      ->excludes(resume)
      ->group(files);
  app_.add_flag("--quiet", options_.quiet, "Print nothing but errors")->group(files);
}

int Program::run(int argc, char** argv, const std::function<void()>& body) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help and --version
    return app_.exit(e);
  } catch (const CLI::ParseError& e) {
    return complain(name_, fmt::format("{} (see {} --help)", e.what(), name_), kWrongUsage);
  }
  try {
    if (options_.threads > 0) set_num_threads(options_.threads);
    body();
    return 0;
  } catch (const std::bad_alloc&) {
    return complain(name_, "the system has no memory left", kFailure);
  } catch (const std::exception& e) {
    return complain(name_, e.what(), kFailure);
  }
}

}  // namespace gradus::study
