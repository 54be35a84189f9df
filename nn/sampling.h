// Drawing the codings of a variational autoencoder.
//
// An encoder says where a coding lies by a mean and the logarithm of a variance;
// the decoder is given a draw from that normal distribution. Written as a
// function of both and of noise that depends on neither, the draw has a gradient
// (Kingma & Welling, Auto-Encoding Variational Bayes, 2014, section 2.4).
#pragma once

#include "nn/module.h"

namespace gradus::nn {

/// mean + exp(log_var / 2) noise, elementwise. The noise is a constant. Throws
/// `Error` where the three shapes differ.
Variable sample(const Variable& mean, const Variable& log_var, const Tensor& noise);

/// `sample` with standard normal noise from a generator of its own: other noise
/// in each call, the same for a seed at any number of threads. It draws wherever
/// it is called, in training and in evaluation; who wants no noise uses the mean.
class Sampling final : public Module {
 public:
  explicit Sampling(Generator generator) : generator_(generator) {}
  /// Throws `Error` where the shapes differ.
  Variable operator()(const Variable& mean, const Variable& log_var);
  void reflect(Reflector& r) override { r("generator", generator_); }

 private:
  Generator generator_;
};

}  // namespace gradus::nn
