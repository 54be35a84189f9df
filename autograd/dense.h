// A fully connected layer as one operation: product, bias and activation.
//
// Fused, so that each tile of the product gets its bias and activation while it
// is still in cache, and nothing between product and output is saved. Its rule
// is written in unfused operations, and the tests hold one against the other.
#pragma once

#include "autograd/variable.h"

namespace gradus {

/// The activations whose derivative follows from their output.
enum class Activation { linear, relu, selu, elu, sigmoid, tanh };

/// The activation on its own.
Variable activate(const Variable& x, Activation activation);

/// y = activation(x w + b) for x (..., in), w (in, out), b (out,): y (..., out).
/// Throws `Error` where the shapes do not fit.
Variable dense(const Variable& x, const Variable& w, const Variable& b, Activation activation);

}  // namespace gradus
