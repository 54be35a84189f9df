#include "apps/study/run/interrupt.h"

#include <signal.h>

#include <atomic>
#include <mutex>

namespace gradus::study {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "for the signal handler");

extern "C" void catch_signal(int number) {
  if (caught.exchange(number) == 0) return;
  ::signal(number, SIG_DFL);
  ::raise(number);
}

std::mutex mutex;  // guards those below
int catchers = 0;
struct sigaction before[2];

}  // namespace

Interrupted::Interrupted(int signal)
    : Error(fmt::format("stopped by {} with all steps saved; the same command with --resume (in "
                        "place of --force) goes on",
                        signal == SIGINT ? "Ctrl-C" : "SIGTERM")),
      status_(128 + signal) {}

int signal_caught() { return caught; }

CatchSignals::CatchSignals() {
  const std::scoped_lock lock(mutex);
  if (catchers++ > 0) return;
  struct sigaction action {};
  action.sa_handler = catch_signal;
  action.sa_flags = SA_RESTART;
  for (int i = 0; i < 2; ++i) {
    ::sigaction(kSignals[i], nullptr, &before[i]);
    if (before[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

CatchSignals::~CatchSignals() {
  const std::scoped_lock lock(mutex);
  if (--catchers > 0) return;
  for (int i = 0; i < 2; ++i) ::sigaction(kSignals[i], &before[i], nullptr);
}

Interruption::Interruption(optim::Checkpoint& checkpoint) : checkpoint_(checkpoint) {
  if (const int signal = caught) throw Interrupted(signal);
}

void Interruption::on_batch_end(const optim::History& history, const optim::EpochPart& part) {
  stop(history, part);
}

void Interruption::on_epoch_settled(const optim::History& history, bool) { stop(history, {}); }

void Interruption::stop(const optim::History& history, const optim::EpochPart& part) const {
  const int signal = caught;
  if (signal == 0) return;
  checkpoint_.save(history, part);
  throw Interrupted(signal);
}

}  // namespace gradus::study
