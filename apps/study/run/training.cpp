#include "apps/study/run/training.h"

#include <cstdio>

#include "apps/study/run/interrupt.h"
#include "apps/study/run/learning.h"
#include "tensor/error.h"

namespace gradus::study {
namespace fs = std::filesystem;

double Training::seconds() const {
  double sum = 0;
  for (const optim::EpochLog& log : history) sum += log.seconds;
  return sum;
}

Training train(const Run& run, optim::Optimizer& optimizer, const optim::Dataset& data,
               const optim::Dataset& validation, const optim::LossFunction& loss,
               std::vector<NamedGenerator> generators) {
  const StudyOptions& options = run.options;
  optim::BestWeights best(optimizer.all_parameters());
  IdleUnits idle(optimizer);
  optim::Checkpoint checkpoint(run.folder.add("checkpoint.safetensors"), optimizer, {&best, &idle},
                               {run.settings.begin(), run.settings.end()}, std::move(generators),
                               {.every_epochs = options.checkpoint_every});
  optim::TerminateOnNaN terminate;
  Interruption interruption(checkpoint);
  optim::FitOptions fit_options{
      .epochs = options.epochs,
      .batch_size = options.batch_size,
      .seed = run.seed,
      .validation = validation,
      .callbacks = {&terminate, &best, &idle, &checkpoint, &interruption}};
  if (run.progress) fit_options.callbacks.insert(fit_options.callbacks.begin(), run.progress);
  if (options.resume && run.folder.has_checkpoint()) {
    checkpoint.restore(fit_options);
    const auto done = static_cast<int>(fit_options.history.size());
    const Index batches = fit_options.part.batches;
    const int begun = done + (batches > 0 ? 1 : 0);
    if (begun > options.epochs) {
      fail("{}: {} epochs are begun or done already, more than --epochs {}",
           run.folder.checkpoint().string(), begun, options.epochs);
    }
    if (run.prints) {
      const std::string and_more = batches > 0 ? fmt::format(" and {} steps", batches) : "";
      std::fputs(fmt::format("Going on after epoch {}{}.\n", done, and_more).c_str(), stderr);
    }
  } else if (options.resume && fs::exists(run.folder / "metrics.json")) {
    fail("{}: the checkpoint to go on from is gone; start over with --force",
         run.folder.path().string());
  }
  run.folder.mark_unfinished();
  const optim::History history = optim::fit(optimizer, data, loss, std::move(fit_options));
  best.save(run.folder.add("best.safetensors"));
  if (const int signal = signal_caught()) throw Interrupted(signal);  // after the last epoch
  const int epoch = optim::best_epoch(history);
  if (epoch == 0) {
    fail("{}: no epoch has a finite loss; start over with --force", run.folder.path().string());
  }
  Training training{history, epoch, history[static_cast<std::size_t>(epoch) - 1].monitored(),
                    learning_warnings(history, idle), idle_units(idle)};
  for (const std::string& warning : training.warnings) {
    if (run.prints) std::fputs(fmt::format("Warning: {}\n", warning).c_str(), stderr);
  }
  return training;
}

}  // namespace gradus::study
