#include "apps/study/training.h"

#include <cmath>
#include <cstdio>

#include "tensor/error.h"

namespace gradus::study {
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

Training train(optim::Optimizer& optimizer, const optim::Dataset& data,
               const optim::Dataset& validation, const optim::LossFunction& loss,
               const StudyOptions& options, std::uint64_t seed, const RunFolder& folder,
               std::map<std::string, std::string> settings) {
  settings["seed"] = std::to_string(seed);
  settings["batch size"] = std::to_string(options.batch_size);
  settings["learning rate"] = fmt::format("{}", options.learning_rate);

  optim::BestWeights best(optimizer.parameters());
  optim::Checkpoint checkpoint(folder.checkpoint(), optimizer, best, std::move(settings));
  optim::ProgressBar progress;
  StopWhenNotFinite stop;

  optim::FitOptions fit_options{.epochs = options.epochs,
                                .batch_size = options.batch_size,
                                .seed = seed,
                                .validation = validation,
                                .callbacks = {&stop, &best, &checkpoint}};
  if (!options.quiet) fit_options.callbacks.insert(fit_options.callbacks.begin(), &progress);
  if (options.resume && folder.has_checkpoint()) {
    fit_options.history = checkpoint.restore();
    const auto done = static_cast<int>(fit_options.history.size());
    if (done > options.epochs) {
      fail("{}: {} epochs are done already, more than --epochs {}", folder.checkpoint().string(),
           done, options.epochs);
    }
    if (!options.quiet) {
      std::fputs(fmt::format("Going on after epoch {}.\n", done).c_str(), stderr);
    }
    folder.mark_unfinished();
  }
  Training training{optim::fit(optimizer, data, loss, std::move(fit_options)), best.epoch(),
                    best.loss()};
  best.save(folder / "best.safetensors");
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
