#include "apps/study/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <limits>
#include <string_view>

#include "apps/study/encoding.h"
#include "tensor/error.h"
#include "tensor/parallel.h"

namespace gradus::study {
namespace {

constexpr int kFailure = 1, kWrongUsage = 2;

std::string got(const std::string& text, const char* expected) {
  return fmt::format("got {}, expected {}", text.empty() ? "nothing" : text, expected);
}

// A check whose message says what was got and what is expected, and which adds
// nothing to the help. Numbers are decimal: what CLI11 would take for another
// base (010) or a wrapped one (-1) it gets to see as the number that was checked.
template <class Number>
CLI::Validator require(const char* expected, bool (*right)(Number)) {
  const auto check = [=](std::string& text) -> std::string {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !right(value)) return got(text, expected);
    text = fmt::format("{}", value);
    return "";
  };
  return CLI::Validator(check, "");
}

// A message is one line, whatever bytes a name in it has. Nobody is left to tell
// where that line cannot be written.
int complain(const std::string& program, std::string_view message, int status) {
  std::fputs(fmt::format("{}: {}\n", program, clean_line(message)).c_str(), stderr);
  return status;
}

// Flags are written --out=DIR or --out DIR. CLI11 would take the argument after
// "--out=", which a script leaves where a variable is empty, for its value.
void refuse_empty_values(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') + 1 == argument.size()) {
      throw CLI::ArgumentMismatch(fmt::format("{} got nothing, expected a value", argument));
    }
  }
}

// Otherwise the next file would get the number of a stream that the caller
// closed, and what is printed would go into it.
void open_closed_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", O_RDWR) < 0) return;
  }
}

// The status of a program that did its work: whether its words got out, too.
int finish(const std::string& program) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  return complain(program,
                  fmt::format("standard output: cannot be written: {}", std::strerror(errno)),
                  kFailure);
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
    app_.add_option(flag, value, what)->type_name(type)->group(group)->transform(check);
  };
  const CLI::Validator whole = require<Index>("a whole number from 1 to 2147483647",
                                              [](Index n) { return n >= 1 && n <= 2147483647; });
  const CLI::Validator threads = require<int>("a whole number from 1 to 1024",
                                              [](int n) { return n >= 1 && n <= kMaxThreads; });
  const CLI::Validator seed = require<std::uint64_t>(
      "a whole number from 0 to 18446744073709551615", [](std::uint64_t) { return true; });
  const CLI::Validator rate =
      require<Scalar>("a number above 0", [](Scalar x) { return x > 0 && std::isfinite(x); });
  const CLI::Validator path(
      [](std::string& text) { return text.empty() ? got(text, "a folder") : ""; }, "");

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
      "Threads to use; results are the same for any number\n[all processors]", training, threads);

  const std::string out =
      fmt::format("Folder to write to, made if missing [{}]", options_.out.string());
  const char* const files = "Files";
  add("--data", options_.data, "DIR",
      "Folder with the data [$GRADUS_DATA, or where Debian's\n"
      "package installs it, or the project's data folder]",
      files, path);
  add("--out", options_.out, "DIR", out.c_str(), files, path);
  CLI::Option* const resume =
      app_.add_flag("--resume", options_.resume, "Go on with the stopped run in the folder")
          ->group(files);
  app_.add_flag("--force", options_.force, "Replace the earlier run in the folder")
      ->excludes(resume)
      ->group(files);
  app_.add_flag("--quiet", options_.quiet, "Print nothing but errors")->group(files);
}

int Program::run(int argc, char** argv, const std::function<void()>& body) {
  open_closed_streams();
  add_common_flags();
  try {
    refuse_empty_values(argc, argv);
    app_.parse(argc, argv);
    const auto more = static_cast<std::uint64_t>(options_.seeds - 1);
    if (options_.seed > std::numeric_limits<std::uint64_t>::max() - more) {
      throw CLI::ValidationError(
          "--seeds", fmt::format("got {}, more than there are seeds from {} on, expected fewer",
                                 options_.seeds, options_.seed));
    }
  } catch (const CLI::Success& e) {  // --help and --version
    app_.exit(e);
    std::cout.flush();
    return finish(name_);
  } catch (const CLI::ParseError& e) {
    return complain(name_, fmt::format("{} (see {} --help)", e.what(), name_), kWrongUsage);
  }
  try {
    if (options_.threads > 0) set_num_threads(options_.threads);
    body();
    return finish(name_);
  } catch (const std::bad_alloc&) {
    return complain(name_, "the system has no memory left", kFailure);
  } catch (const std::exception& e) {
    return complain(name_, e.what(), kFailure);
  }
}

}  // namespace gradus::study
