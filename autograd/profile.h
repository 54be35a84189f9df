// Where does the time of a training step go?
//
//   Profile profile;
//   loss_of(batch).backward();
//   fmt::print("{}", profile.table(Profile::By::module));
//   write_file("step.json", profile.chrome_trace());
//
// Thread safety: as an Observer's (observer.h); the operations' own threads are
// not told apart.
#pragma once

#include <string>
#include <vector>

#include "autograd/observer.h"

namespace gradus {

/// Records every forward and every backward of an operation on its thread for as
/// long as it lives. What else a step does (gathering, the optimizer, grad()'s
/// sums) shows as the time between them; grad() itself computes with forwards.
class Profile final : Observer {
 public:
  struct Event {
    const char* operation;
    const ModulePath* path;
    bool backward;
    double start, seconds;  ///< from the profile's beginning
    double bytes;           ///< of the output, or of the gradients that were written or added to
    /// Multiplications and additions: two for each multiply-add of a product, as
    /// often as backward repeats it, else one for each element of the largest tensor.
    double flops;
    Shape shape;  ///< of the output
  };
  enum class By { operation, module };

  const std::vector<Event>& events() const { return events_; }
  /// Calls, time forward and backward, share of all times, megabytes written and
  /// GFLOP/s, the slowest first, as a table.
  std::string table(By by = By::operation) const;
  /// JSON for chrome://tracing or https://ui.perfetto.dev, times in microseconds.
  std::string chrome_trace() const;

 private:
  void called(const ForwardCall& call) override;
  void called(const BackwardCall& call) override;
  void add(Event event, const TimeSpan& time);

  Clock::time_point start_ = Clock::now();
  std::vector<Event> events_;
};

}  // namespace gradus
