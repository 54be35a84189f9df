// Elementwise functions of one variable.
//
// Each is a struct with its value and its gradient. The gradient is a template,
// written once in terms of the result's and of the output, `from_output`, or of the
// input, `from_input`: with numbers it is the kernel, with Variables it is the rule.
// The structs are public so that fused operations (autograd/dense.h), which keep
// their output alone, can use them. One with an attribute is Unary<F>{{attribute}}
// (autograd/activations.cpp).
//
// NaN gives NaN; other edge values are those of the mathematics.
#pragma once

#include <cmath>

#include "autograd/arithmetic.h"
#include "autograd/operation.h"
#include "autograd/shaping.h"
#include "tensor/math.h"

namespace gradus {

Variable exp(const Variable& x);
/// e^x - 1, with all its digits near 0.
Variable expm1(const Variable& x);
/// Of numbers below 0 NaN; the gradient is 1 / x everywhere.
Variable log(const Variable& x);
/// ln(1 + x), with all its digits near 0. Below -1 as log below 0.
Variable log1p(const Variable& x);
/// The gradient at 0 is infinite.
Variable sqrt(const Variable& x);
/// The gradient at 0 is 0.
Variable abs(const Variable& x);
Variable square(const Variable& x);
/// -1, 0 or 1, and NaN of NaN, as NumPy has it; PyTorch gives 0. The gradient is 0.
Variable sign(const Variable& x);

Variable sigmoid(const Variable& x);
Variable tanh(const Variable& x);
/// The gradient at 0 is 0.
Variable relu(const Variable& x);
/// Klambauer et al., Self-Normalizing Neural Networks, 2017.
Variable selu(const Variable& x);
/// Clevert et al., Fast and Accurate Deep Network Learning by ELUs, 2016; alpha 1.
Variable elu(const Variable& x);
Variable softplus(const Variable& x);

namespace function {

/// y = x;  dx = dy
struct Linear {
  static constexpr const char* kName = "linear";
  static Scalar value(Scalar x) { return x; }
  static auto from_output(const auto& dy, const auto&) { return dy; }
};

/// y = e^x;  dx = dy y
struct Exp {
  static constexpr const char* kName = "exp";
  static Scalar value(Scalar x) { return math::exp(x); }
  static auto from_output(const auto& dy, const auto& y) { return dy * y; }
};

/// y = e^x - 1;  dx = dy (y + 1)
struct Expm1 {
  static constexpr const char* kName = "expm1";
  static Scalar value(Scalar x) { return math::expm1(x); }
  static auto from_output(const auto& dy, const auto& y) { return dy * (y + 1); }
};

/// y = ln x;  dx = dy / x
struct Log {
  static constexpr const char* kName = "log";
  static Scalar value(Scalar x) { return math::log(x); }
  static auto from_input(const auto& dy, const auto& x) { return dy / x; }
};

/// y = ln(1 + x);  dx = dy / (1 + x)
struct Log1p {
  static constexpr const char* kName = "log1p";
  static Scalar value(Scalar x) { return math::log1p(x); }
  static auto from_input(const auto& dy, const auto& x) { return dy / (1 + x); }
};

/// y = sqrt(x);  dx = dy / (2 y)
struct Sqrt {
  static constexpr const char* kName = "sqrt";
  static Scalar value(Scalar x) { return std::sqrt(x); }
  static auto from_output(const auto& dy, const auto& y) { return dy * (Scalar(0.5) / y); }
};

/// y = |x|;  dx = dy where x > 0, -dy where x < 0, else 0
struct Abs {
  static constexpr const char* kName = "abs";
  static Scalar value(Scalar x) { return std::abs(x); }
  static auto from_input(const auto& dy, const auto& x) {
    return where(x > 0, dy, where(x < 0, -dy, 0));
  }
};

/// y = x^2;  dx = 2 dy x
struct Square {
  static constexpr const char* kName = "square";
  static Scalar value(Scalar x) { return x * x; }
  static auto from_input(const auto& dy, const auto& x) { return dy * (2 * x); }
};

/// y = x / |x|, 0 at 0;  dx = 0
struct Sign {
  static constexpr const char* kName = "sign";
  static Scalar value(Scalar x) { return x > 0 ? 1 : (x < 0 ? -1 : x); }
  static auto from_output(const auto&, const auto&) { return Scalar(0); }
};

/// y = 1 / (1 + e^-x);  dx = dy y (1 - y)
struct Sigmoid {
  static constexpr const char* kName = "sigmoid";
  static Scalar value(Scalar x) { return math::sigmoid(x); }
  static auto from_output(const auto& dy, const auto& y) { return dy * (y * (1 - y)); }
};

/// y = tanh x;  dx = dy (1 - y^2)
struct Tanh {
  static constexpr const char* kName = "tanh";
  static Scalar value(Scalar x) { return math::tanh(x); }
  static auto from_output(const auto& dy, const auto& y) { return dy * (1 - y * y); }
};

/// y = max(x, 0);  dx = dy where y > 0, else 0
struct Relu {
  static constexpr const char* kName = "relu";
  static Scalar value(Scalar x) { return x < 0 ? 0 : x; }
  static auto from_output(const auto& dy, const auto& y) { return where(y > 0, dy, 0); }
};

/// y = s x where x > 0, s a (e^x - 1) elsewhere;  dx = dy s where y > 0, dy (y + s a) elsewhere
struct Selu {
  static constexpr const char* kName = "selu";
  // The fixed point that keeps mean 0 and variance 1 (equation 14 of the paper).
  static constexpr auto kScale = Scalar(1.0507009873554804934193349852946);
  static constexpr auto kAlpha = Scalar(1.6732632423543772848170429916717);
  static Scalar value(Scalar x) { return x > 0 ? kScale * x : kScale * kAlpha * math::expm1(x); }
  static auto from_output(const auto& dy, const auto& y) {
    return dy * where(y > 0, kScale, y + kScale * kAlpha);
  }
};

/// y = x where x > 0, e^x - 1 elsewhere;  dx = dy where y > 0, dy (y + 1) elsewhere
struct Elu {
  static constexpr const char* kName = "elu";
  static Scalar value(Scalar x) { return x > 0 ? x : math::expm1(x); }
  static auto from_output(const auto& dy, const auto& y) { return dy * where(y > 0, 1, y + 1); }
};

/// y = ln(1 + e^x);  dx = dy sigmoid(x)
struct Softplus {
  static constexpr const char* kName = "softplus";
  static Scalar value(Scalar x) { return math::softplus(x); }
  static auto from_input(const auto& dy, const auto& x) {
    using math::sigmoid;
    return dy * sigmoid(x);
  }
};

}  // namespace function

/// The operation of any such struct: y = F(x), dx = dy F'(x) from x or y.
template <class F>
struct Unary {
  static constexpr const char* kName = F::kName;
  static constexpr bool kFromOutput = requires(F f, Scalar v) { f.from_output(v, v); };
  [[no_unique_address]] F f{};
  Saved saved{kFromOutput ? Saved::kOutput : 0};

  Tensor forward(const Tensor& x) {
    Tensor y = mapped([f = f](Scalar v) { return f.value(v); }, x);
    saved = kFromOutput ? y : x;
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([f = f](Scalar g, Scalar v) { return gradient(f, g, v); }, dy, saved.get());
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    return {broadcast_to(gradient(f, dy, recall(saved)), dy.shape())};  // may be a constant
  }

 private:
  static auto gradient(const F& f, const auto& dy, const auto& v) {
    if constexpr (kFromOutput) {
      return f.from_output(dy, v);
    } else {
      return f.from_input(dy, v);
    }
  }
};

}  // namespace gradus
