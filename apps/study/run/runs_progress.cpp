#include "apps/study/run/runs_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include "apps/study/text/encoding.h"
#include "optim/progress_text.h"

namespace gradus::study {

// How far one run is.
class RunsProgress::Watcher final : public optim::Callback {
 public:
  Watcher(RunsProgress& all, std::string name) : title(std::move(name)), all_(all) {}

  void on_train_begin(const optim::FitPlan& plan) override {
    const std::scoped_lock lock(all_.mutex_);
    plan_ = plan;
    running = true;
    set_done(plan.first_epoch - 1,
             static_cast<double>(plan.part.batches) / static_cast<double>(plan.batches));
    done_before = done;
  }
  void on_batch_end(const optim::History&, const optim::EpochPart& part) override {
    const std::scoped_lock lock(all_.mutex_);
    set_done(epoch_, static_cast<double>(part.batches) / static_cast<double>(plan_.batches));
    all_.draw(false);
  }
  void on_epoch_end(const optim::History& history) override {
    const std::scoped_lock lock(all_.mutex_);
    last = history.back();
    set_done(last.epoch, 0);
  }

  const std::string title;
  bool running = false;
  double done = 0;         // 0 to 1
  double done_before = 0;  // of that, what took no time of now
  optim::EpochLog last;

 private:
  void set_done(int epoch, double more) {
    epoch_ = epoch;
    done = (epoch + more) / std::max(1, plan_.epochs);
  }

  RunsProgress& all_;
  optim::FitPlan plan_;
  int epoch_ = 0;
};

RunsProgress::RunsProgress(const std::vector<PlannedRun>& plan, std::FILE* stream)
    : stream_(stream), terminal_(stream && ::isatty(::fileno(stream)) == 1), begin_(Clock::now()) {
  for (const PlannedRun& run : plan) {
    watchers_.push_back(std::make_unique<Watcher>(*this, run.title));
  }
}

RunsProgress::~RunsProgress() {
  if (terminal_) optim::show(stream_, "\r\x1b[K");
}

optim::Callback& RunsProgress::of(std::size_t i) { return *watchers_[i]; }

void RunsProgress::ended(std::size_t i, const std::string& error, bool complete) {
  const std::scoped_lock lock(mutex_);
  Watcher& run = *watchers_[i];
  ++ended_;
  run.running = false;
  run.done_before += 1 - run.done;  // trained before, or never to be after an error
  run.done = 1;
  if (!stream_) return;
  std::string what = "done";
  if (!error.empty()) {
    what = fmt::format("failed: {}", clean_line(error));
  } else if (complete) {
    what = "was trained already";
  } else if (run.last.epoch > 0) {
    what = fmt::format("loss: {:.4f} - val_loss: {:.4f}", run.last.loss, run.last.monitored());
  }
  optim::show(stream_,
              fmt::format("{}{} - {} - {}/{} runs - {} left\n", terminal_ ? "\r\x1b[K" : "",
                          run.title, what, ended_, watchers_.size(), time_left()));
  draw(true);
}

double RunsProgress::done() const {
  double sum = 0;
  for (const auto& run : watchers_) sum += run->done;
  return sum / static_cast<double>(watchers_.size());
}

std::string RunsProgress::time_left() const {
  double now = 0;
  for (const auto& run : watchers_) now += run->done - run->done_before;
  const double left = static_cast<double>(watchers_.size()) * (1 - done());
  const double elapsed = std::chrono::duration<double>(Clock::now() - begin_).count();
  return optim::duration(now > 0 ? elapsed / now * left : 0);
}

void RunsProgress::draw(bool always) {
  if (!terminal_ || ended_ == watchers_.size()) return;
  const auto now = Clock::now();
  if (!always && now - last_drawn_ < std::chrono::milliseconds(100)) return;
  last_drawn_ = now;
  constexpr Index kParts = 1000;
  std::string line = fmt::format(
      "\r{}/{} runs [{}] {} left", ended_, watchers_.size(),
      optim::bar(static_cast<Index>(done() * static_cast<double>(kParts)), kParts), time_left());
  int shown = 0;  // a line holds four
  for (const auto& run : watchers_) {
    if (run->running && shown++ < 4) {
      line += fmt::format(" - {} {:.0f} %", run->title, 100 * run->done);
    }
  }
  optim::show(stream_, line + "\x1b[K");
}

}  // namespace gradus::study
