#include "apps/study/program.h"

#include <fmt/format.h>

#include <cmath>
#include <exception>

#include "tensor/error.h"
#include "tensor/parallel.h"

namespace gradus::study {
namespace {

constexpr int kFailure = 1, kWrongUsage = 2;

// A check whose message says what was got and what is expected, and which adds
// nothing to the help.
template <class Number>
CLI::Validator require(const char* expected, bool (*right)(Number)) {
  const auto check = [=](const std::string& text) -> std::string {
    Number value{};
    // CLI11 would read -1 as the largest unsigned number.
    const bool wraps = std::is_unsigned_v<Number> && text.starts_with('-');
    if (!wraps && CLI::detail::lexical_cast(text, value) && right(value)) return "";
    return fmt::format("got {}, expected {}", text, expected);
  };
  return CLI::Validator(check, "");
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
  app_.get_formatter()->column_width(24);
}

void Program::add_common_flags() {
  const auto add = [&](const char* flag, auto& value, const char* type, const char* what,
                       const char* group, const CLI::Validator& check) {
    app_.add_option(flag, value, what)->type_name(type)->group(group)->check(check);
  };
  const CLI::Validator whole = require<Index>("a whole number from 1 to 2147483647",
                                              [](Index n) { return n >= 1 && n <= 2147483647; });
  const CLI::Validator seed =
      require<std::uint64_t>("a whole number, 0 or more", [](std::uint64_t) { return true; });
  const CLI::Validator rate =
      require<Scalar>("a number above 0", [](Scalar x) { return x > 0 && std::isfinite(x); });
  const CLI::Validator any = require<std::string>("a path", [](std::string) { return true; });

  const std::string epochs = fmt::format("Passes over the training data [{}]", options_.epochs);
  const std::string batch = fmt::format("Samples a step [{}]", options_.batch_size);
  const std::string step = fmt::format("How far a step goes [{}]", options_.learning_rate);
  const std::string start = fmt::format(
      "Decides the split, the first weights and the\norder of the samples [{}]", options_.seed);
  const char* const training = "Training";
  add("--epochs", options_.epochs, "N", epochs.c_str(), training, whole);
  add("--batch-size", options_.batch_size, "N", batch.c_str(), training, whole);
  add("--learning-rate", options_.learning_rate, "X", step.c_str(), training, rate);
  add("--seed", options_.seed, "N", start.c_str(), training, seed);
  add("--seeds", options_.seeds, "N",
      "Train from N consecutive seeds, each in runs/seed_K,\n"
      "and put mean and standard deviation of every figure\ninto summary.csv [1]",
      training, whole);
  add("--threads", options_.threads, "N",
      "Threads to use; results are the same for any number\n[all processors]", training, whole);

  const std::string out =
      fmt::format("Folder to write to, made if missing [{}]", options_.out.string());
  const char* const files = "Files";
  add("--data", options_.data, "DIR",
      "Folder with the data [$GRADUS_DATA, or where Debian's\n"
      "package installs it, or the project's data folder]",
      files, any);
  add("--out", options_.out, "DIR", out.c_str(), files, any);
  CLI::Option* const resume =
      app_.add_flag("--resume", options_.resume, "Go on with the stopped run in the folder")
          ->group(files);
  app_.add_flag("--force", options_.force, "Replace the earlier run in the folder")
      ->excludes(resume)
      ->group(files);
  app_.add_flag("--quiet", options_.quiet, "Print nothing but errors")->group(files);
}

int Program::run(int argc, char** argv, const std::function<void()>& body) {
  add_common_flags();
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
