#include "apps/study/run/training.h"

#include <cmath>
#include <cstdio>

#include "tensor/error.h"

namespace gradus::study {
namespace fs = std::filesystem;
namespace {

// Ends a training that cannot recover.
class StopWhenNotFinite final : public optim::Callback {
  void on_epoch_end(const optim::History& history) override {
    const optim::EpochLog& log = history.back();
    if (std::isfinite(log.loss) && std::isfinite(log.monitored())) return;
    const double loss = std::isfinite(log.loss) ? log.monitored() : log.loss;
    fail("[training] the loss became {} in epoch {}; try a smaller --learning-rate",
         std::isnan(loss) ? std::abs(loss) : loss, log.epoch);  // never "-nan"
  }
};

}  // namespace

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
  optim::Checkpoint checkpoint(run.folder.add("checkpoint.safetensors"), optimizer, best,
                               {run.settings.begin(), run.settings.end()}, std::move(generators));
  StopWhenNotFinite stop;
  optim::FitOptions fit_options{.epochs = options.epochs,
                                .batch_size = options.batch_size,
                                .seed = run.seed,
                                .validation = validation,
                                .callbacks = {&stop, &best, &checkpoint}};
  if (run.progress) fit_options.callbacks.insert(fit_options.callbacks.begin(), run.progress);
  if (options.resume && run.folder.has_checkpoint()) {
    fit_options.history = checkpoint.restore();
    const auto done = static_cast<int>(fit_options.history.size());
    if (done > options.epochs) {
      fail("{}: {} epochs are done already, more than --epochs {}",
           run.folder.checkpoint().string(), done, options.epochs);
    }
    if (run.prints) std::fputs(fmt::format("Going on after epoch {}.\n", done).c_str(), stderr);
  } else if (options.resume && fs::exists(run.folder / "metrics.json")) {
    fail("{}: the checkpoint to go on from is gone; start over with --force",
         run.folder.path().string());
  }
  run.folder.mark_unfinished();
  Training training{optim::fit(optimizer, data, loss, std::move(fit_options)), best.epoch(),
                    best.loss()};
  best.save(run.folder.add("best.safetensors"));
  return training;
}

std::string history_csv(const optim::History& history) {
  std::string csv = "epoch,loss,val_loss,seconds\n";
  for (const optim::EpochLog& log : history) {
    csv += fmt::format("{},{},{},{:.6f}\n", log.epoch, log.loss,
                       log.val_loss ? fmt::format("{}", *log.val_loss) : "", log.seconds);
  }
  return csv;
}

}  // namespace gradus::study
