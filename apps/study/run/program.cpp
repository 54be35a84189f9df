#include "apps/study/run/program.h"

#include <fmt/format.h>

#include <limits>

#include "optim/checkpoint.h"
#include "tensor/gemm.h"
#include "tensor/parallel.h"

namespace gradus::study {

Program::Program(std::string name, std::string description, StudyOptions& options,
                 std::string data_help)
    : line_(std::move(name), std::move(description)),
      data_help_(std::move(data_help)),
      options_(options) {
  if (options_.out.empty()) options_.out = line_.name();
}

void Program::add_common_flags() {
  const auto add = [&](const char* flag, auto& value, const char* type, const char* what,
                       const char* group, const CLI::Validator& check) {
    flags().add_option(flag, value, what)->type_name(type)->group(group)->transform(check);
  };
  const CLI::Validator epoch = require<Index>(
      "a whole number from 1 to 100000", [](Index n) { return n >= 1 && n <= optim::kMostEpochs; });
  const CLI::Validator whole = require<Index>("a whole number from 1 to 2147483647",
                                              [](Index n) { return n >= 1 && n <= 2147483647; });
  // More, mostly a slip for --seed, would fill memory with what is to be run.
  const CLI::Validator seeds = require<Index>("a whole number from 1 to 10000",
                                              [](Index n) { return n >= 1 && n <= 10000; });
  const CLI::Validator threads = require<int>("a whole number from 1 to 1024",
                                              [](int n) { return n >= 1 && n <= kMaxThreads; });
  const CLI::Validator seed = require<std::uint64_t>(
      "a whole number from 0 to 18446744073709551615", [](std::uint64_t) { return true; });
  // Smaller ones are 0 as a float, larger ones infinite.
  const CLI::Validator rate = require<Scalar>(
      "a number from 1e-45 to 3.4e38", [](Scalar x) { return x > 0 && x <= Scalar(3.4e38); });
  const CLI::Validator path = require_path("a folder");

  const std::string epochs = fmt::format(
      "Passes over the training data in all: with --resume,\nthose done before count [{}]",
      options_.epochs);
  const std::string batch = fmt::format("Samples a step [{}]", options_.batch_size);
  const std::string step = fmt::format("How far a step goes [{}]", options_.learning_rate);
  const std::string start = fmt::format(
      "Decides all that is random: the first weights, the\norder of the samples and, where there "
      "is such, the\nsplit and the noise [{}]",
      options_.seed);
  const char* const training = "Training";
  add("--epochs", options_.epochs, "N", epochs.c_str(), training, epoch);
  add("--batch-size", options_.batch_size, "N", batch.c_str(), training, whole);
  add("--learning-rate", options_.learning_rate, "X", step.c_str(), training, rate);
  add("--seed", options_.seed, "N", start.c_str(), training, seed);
  add("--seeds", options_.seeds, "N",
      "Make N runs, from --seed on each with the next seed, in\n"
      "runs/seed_K; summary.html and summary.csv hold mean\n"
      "and standard deviation of every figure [1]",
      training, seeds);
  add("--checkpoint-every", options_.checkpoint_every, "N",
      "Epochs from one checkpoint to the next; the first and\nthe last epoch always leave one "
      "[one every 5 seconds]",
      training, whole);
  add("--gemm", options_.gemm, "NAME",
      "What multiplies matrices: blas, the library that this\nwas built with, or own, gradus' own "
      "kernel, faster for\nthe larger models where it was measured; results\ndiffer in their last "
      "digits [blas]",
      training, require_either("blas", "own"));
  add("--threads", options_.threads, "N",
      "Threads to use; results are the same for any number\n[all processors]", training, threads);

  const std::string out =
      fmt::format("Folder to write to, made if missing [{}]", options_.out.string());
  const char* const files = "Files";
  add("--data", options_.data, "DIR", data_help_.c_str(), files, path);
  add("--out", options_.out, "DIR", out.c_str(), files, path);
  CLI::Option* const resume = flags()
                                  .add_flag("--resume", options_.resume,
                                            "Go on with the stopped run in the folder, or\ntrain a "
                                            "finished one on for more --epochs")
                                  ->group(files);
  flags()
      .add_flag("--force", options_.force, "Remove the earlier run in the folder and start anew")
      ->excludes(resume)
      ->group(files);
  flags().add_flag("--quiet", options_.quiet, "Print nothing but errors")->group(files);
}

int Program::run(int argc, char** argv, const std::function<void()>& body) {
  add_common_flags();
  line_.check = [this] {
    const auto more = static_cast<std::uint64_t>(options_.seeds - 1);
    if (options_.seed <= std::numeric_limits<std::uint64_t>::max() - more) return;
    throw CLI::ValidationError(
        "--seeds", fmt::format("got {}, more than there are seeds from {} on, expected fewer",
                               options_.seeds, options_.seed));
  };
  return line_.run(argc, argv, [&] {
    set_gemm_backend(gemm_backend_named(options_.gemm));
    if (options_.threads > 0) set_num_threads(options_.threads);
    body();
  });
}

}  // namespace gradus::study
