#include "optim/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "optim/progress_text.h"

namespace gradus::optim {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};

}  // namespace

ProgressBar::ProgressBar(std::FILE* stream)
    : stream_(stream), terminal_(::isatty(::fileno(stream)) == 1) {}

ProgressBar::~ProgressBar() {
  if (in_line_) show(stream_, "\n");
}

void ProgressBar::on_train_begin(const FitPlan& plan) {
  plan_ = plan;
  epoch_ = plan.first_epoch;
  begin_ = Clock::now();
}

double ProgressBar::seconds_left(double epochs_done) const {
  const double elapsed = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double all = plan_.epochs - plan_.first_epoch + 1;
  const double before =
      static_cast<double>(plan_.part.batches) / static_cast<double>(plan_.batches);
  const double done = epochs_done - before;
  return done > 0 ? elapsed / done * (all - epochs_done) : 0;
}

void ProgressBar::on_batch_end(const History&, const EpochPart& part) {
  if (!terminal_) return;
  const auto now = Clock::now();
  if (now - last_drawn_ < kRedraw) return;
  last_drawn_ = now;
  in_line_ = true;
  const double done = (epoch_ - plan_.first_epoch) +
                      static_cast<double>(part.batches) / static_cast<double>(plan_.batches);
  show(stream_,
       fmt::format("\rEpoch {}/{}  {}/{} [{}] {} left - loss: {:.4f}\x1b[K", epoch_, plan_.epochs,
                   part.batches, plan_.batches, bar(part.batches, plan_.batches),
                   duration(seconds_left(done)), part.loss()));
}

void ProgressBar::on_epoch_end(const History& history) {
  const EpochLog& log = history.back();
  const Index n = plan_.batches;
  const std::string epoch = fmt::format("Epoch {}/{}", log.epoch, plan_.epochs);
  const std::string val = log.val_loss ? fmt::format(" - val_loss: {:.4f}", *log.val_loss) : "";
  const std::string rest =
      fmt::format("{:.2f}s - loss: {:.4f}{} - {} left", log.seconds, log.loss, val,
                  duration(seconds_left(log.epoch - plan_.first_epoch + 1)));
  show(stream_, terminal_ ? fmt::format("\r{}  {}/{} [{}] {}\x1b[K\n", epoch, n, n, bar(n, n), rest)
                          : fmt::format("{} - {}\n", epoch, rest));
  epoch_ = log.epoch + 1;
  in_line_ = false;
}

}  // namespace gradus::optim
