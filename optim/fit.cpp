#include "optim/fit.h"

#include <algorithm>
#include <chrono>

#include "tensor/error.h"
#include "tensor/random.h"

namespace gradus::optim {
namespace {

// Streams of a seed that `fit` uses: this one plus the epoch.
constexpr std::uint64_t kShuffleStream = std::uint64_t{1} << 32;

Index size(const Dataset& data) { return data.inputs.rank() == 0 ? 0 : data.inputs.shape()[0]; }

void check(const char* what, const Dataset& data) {
  if (data.targets.rank() == 0 || size(data) != data.targets.shape()[0]) {
    fail("[fit] got {} inputs of shape {} and targets of shape {}, expected as many of each", what,
         data.inputs.shape().str(), data.targets.shape().str());
  }
}

// Calls each(batch, samples) for the batches of `data` from the sample `begin` on,
// in the order `indices` or, where these are empty, as the samples stand.
template <class Each>
void for_each_batch(const Dataset& data, std::span<const Index> indices, Index begin,
                    Index batch_size, const Each& each) {
  // One tensor, not merely one storage: both may be different rows of it.
  const bool same = data.inputs.data().data() == data.targets.data().data() &&
                    data.inputs.shape() == data.targets.shape();
  const Index n = size(data);
  for (; begin < n; begin += batch_size) {
    const Index end = std::min(n, begin + batch_size);
    const auto pick = [&](const Tensor& from) {
      if (indices.empty()) return from.rows(begin, end);
      return from.gather_rows(
          indices.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
    };
    const Variable inputs(pick(data.inputs));
    each(Batch{inputs, same ? inputs : Variable(pick(data.targets))}, end - begin);
  }
}

void check_batch_size(Index batch_size) {
  if (batch_size < 1) fail("[fit] got batch size {}, expected 1 or more", batch_size);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

History fit(Optimizer& optimizer, const Dataset& data, const LossFunction& loss,
            FitOptions options) {
  const Index n = size(data);
  check("training", data);
  if (n == 0) fail("[fit] got no training samples");
  if (options.epochs < 0) fail("[fit] got {} epochs, expected 0 or more", options.epochs);
  check_batch_size(options.batch_size);
  check("validation", options.validation);
  const bool validates = size(options.validation) > 0;

  History history = std::move(options.history);
  EpochPart part = options.part;
  const FitPlan plan{static_cast<int>(history.size()) + 1, options.epochs,
                     (n - 1) / options.batch_size + 1, part};
  if (part.batches < 0 || part.batches > plan.batches) {
    fail("[fit] got an epoch stopped after {} batches, expected 0 to {}", part.batches,
         plan.batches);
  }
  const Index samples = part.batches == plan.batches ? n : part.batches * options.batch_size;
  if (part.samples != samples) {
    fail("[fit] got {} samples trained on in {} batches, expected {}", part.samples, part.batches,
         samples);
  }
  for (Callback* callback : options.callbacks) callback->on_train_begin(plan);

  const auto ends = [&] {
    return std::ssize(history) >= options.epochs ||
           std::ranges::any_of(options.callbacks, [&](Callback* c) { return c->stops(history); });
  };
  for (bool end = ends(); !end; part = {}) {
    const int epoch = static_cast<int>(history.size()) + 1;
    const auto start = std::chrono::steady_clock::now();
    std::vector<Index> order;
    if (options.shuffle) {
      order = Generator(options.seed, kShuffleStream + static_cast<std::uint64_t>(epoch))
                  .permutation(n);
    }
    const double seconds_before = part.seconds;
    const auto each = [&](const Batch& batch, Index count) {
      optimizer.zero_grad();
      const Variable batch_loss = loss(batch);
      batch_loss.backward();
      part.sum += static_cast<double>(batch_loss.item()) * static_cast<double>(count);
      optimizer.step();
      part.samples += count;
      ++part.batches;
      part.seconds = seconds_before + seconds_since(start);
      for (Callback* callback : options.callbacks) callback->on_batch_end(history, part);
    };
    for_each_batch(data, order, part.samples, options.batch_size, each);
    EpochLog log{epoch, part.loss(), std::nullopt, 0};
    if (validates) log.val_loss = evaluate(options.validation, loss, options.batch_size);
    log.seconds = seconds_before + seconds_since(start);
    history.push_back(log);
    for (Callback* callback : options.callbacks) callback->on_epoch_end(history);
    end = ends();
    for (Callback* callback : options.callbacks) callback->on_epoch_settled(history, end);
  }
  for (Callback* callback : options.callbacks) callback->on_train_end(history);
  return history;
}

double evaluate(const Dataset& data, const LossFunction& loss, Index batch_size) {
  check("evaluation", data);
  check_batch_size(batch_size);
  const NoGrad no_grad;
  double sum = 0;
  for_each_batch(data, {}, 0, batch_size, [&](const Batch& batch, Index count) {
    sum += static_cast<double>(loss(batch).item()) * static_cast<double>(count);
  });
  return sum / static_cast<double>(size(data));
}

}  // namespace gradus::optim
