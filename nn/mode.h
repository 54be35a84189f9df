// Training and evaluation: how Dropout and BatchNorm know which it is.
//
// A model trains where its calls are recorded for a gradient, and is evaluated
// under NoGrad. So a training loop cannot forget to say that it trains, and
// optim::evaluate, validation within optim::fit included, evaluates of itself.
// Predict under NoGrad:
//
//   const NoGrad no_grad;
//   const Variable y = model(x);
//
// Thread safety: the mode is one per thread.
#pragma once

namespace gradus::nn {

/// Whether modules called now on this thread are to behave as in training.
bool training();

/// While one lives, modules called on its thread are evaluated, although their
/// calls are recorded: for gradients of a trained model, such as by its input.
class Evaluation {
 public:
  Evaluation();
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

 private:
  bool outer_;
};

}  // namespace gradus::nn
