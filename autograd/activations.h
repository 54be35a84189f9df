// Activations that follow from their input: leaky_relu, gelu, silu. Those that
// follow from their output, and can be fused with a product, are in unary.h.
#pragma once

#include "autograd/variable.h"

namespace gradus {

/// x where x > 0, slope x elsewhere; the gradient at 0 is `slope`. Slope 0 is relu.
/// Maas et al., Rectifier Nonlinearities Improve Neural Network Acoustic Models, 2013.
Variable leaky_relu(const Variable& x, Scalar slope = Scalar(0.01));
/// x normal_cdf(x), exactly; the approximation by tanh is not offered. At -inf it
/// is 0, where PyTorch has NaN.
/// Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
Variable gelu(const Variable& x);
/// x sigmoid(x), also known as swish. At -inf it is 0, where PyTorch has NaN.
/// Ramachandran et al., Searching for Activation Functions, 2017.
Variable silu(const Variable& x);
/// The probability that a standard normal number is at most x:
/// (1 + erf(x / sqrt 2)) / 2.
Variable normal_cdf(const Variable& x);

}  // namespace gradus
