#include "autograd/dense.h"

#include "autograd/matmul.h"
#include "autograd/reductions.h"
#include "autograd/shaping.h"
#include "autograd/unary.h"
#include "tensor/gemm.h"

namespace gradus {
namespace {

// Calls body(F{}) with the function of the activation.
template <class Body>
auto with_function(Activation activation, const Body& body) {
  switch (activation) {
    case Activation::linear:
      return body(function::Linear{});
    case Activation::relu:
      return body(function::Relu{});
    case Activation::selu:
      return body(function::Selu{});
    case Activation::elu:
      return body(function::Elu{});
    case Activation::sigmoid:
      return body(function::Sigmoid{});
    case Activation::tanh:
      return body(function::Tanh{});
  }
  fail("[activation] got number {}", static_cast<int>(activation));
}

// How many rows x (..., n) has, also where n is 0.
Index row_count(const Tensor& x) { return x.shape().numel(0, x.rank() - 1); }

/// y = f(x w + b);  with dz = dy f'(z) from y:  dx = dz w^T, dw = x^T dz, db = sum of dz's rows
struct Dense {
  static constexpr const char* kName = "dense";
  Activation activation;
  Saved x{0}, w{1}, y{Saved::kOutput};

  Tensor forward(const Tensor& input, const Tensor& weight, const Tensor& bias) {
    if (input.rank() < 1 || weight.rank() != 2 || bias.rank() != 1 ||
        input.shape()[input.rank() - 1] != weight.shape()[0] ||
        bias.shape()[0] != weight.shape()[1]) {
      fail(
          "[dense] got input {}, weight {} and bias {}, expected (..., in), (in, out) and (out,){}",
          input.shape().str(), weight.shape().str(), bias.shape().str(),
          input.rank() > 2 ? "; is a Flatten missing?" : "");
    }
    x = input;
    w = weight;
    const Index in = weight.shape()[0], out = weight.shape()[1];
    Tensor result = Tensor::uninitialized(input.shape().with(input.rank() - 1, out));
    Scalar* const to = result.mutable_data().data();
    const Scalar* const offset = bias.data().data();
    const Index rows = row_count(input);
    with_function(activation, [&]<class F>(F) {
      gemm({input.data().data(), rows, in, in}, {weight.data().data(), in, out, out}, 0, to,
           [&](const Tile& tile) {
             for (Index i = tile.row_begin; i < tile.row_end; ++i) {
               Scalar* const row = to + i * out;
#pragma omp simd
               for (Index j = tile.column_begin; j < tile.column_end; ++j) {
                 row[j] = F::value(row[j] + offset[j]);
               }
             }
           });
    });
    y = result;
    return result;
  }

  double multiply_adds(const Shape& output) const {
    return static_cast<double>(output.numel()) * static_cast<double>(w.shape()[0]);
  }

  void backward(const Tensor& dy, const Gradients& d) const {
    const Tensor &input = x.get(), &weight = w.get();
    const Index in = weight.shape()[0], out = weight.shape()[1];
    const Index rows = row_count(dy);
    Tensor dz = dy.reshape({rows, out});
    if (activation != Activation::linear) {
      dz = with_function(activation, [&]<class F>(F) {
        return mapped(
            kName, [](Scalar g, Scalar v) { return F::from_output(g, v); }, dz,
            y.get().reshape(dz.shape()));
      });
    }
    const Scalar* const g = dz.data().data();
    const auto beta = [](Write write) { return Scalar(write == Write::add ? 1 : 0); };
    d[2].fill([&](Tensor& db, Write write) { sum_to(db, write, dz); });
    d[1].fill([&](Tensor& dw, Write write) {
      gemm({input.data().data(), in, rows, in, true}, {g, rows, out, out}, beta(write),
           dw.mutable_data().data());
    });
    d[0].fill([&](Tensor& dx, Write write) {
      gemm({g, rows, out, out}, {weight.data().data(), out, in, out, true}, beta(write),
           dx.mutable_data().data());
    });
  }

  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable input = recall(x), weight = recall(w), output = recall(y);
    const Variable dz =
        with_function(activation, [&]<class F>(F) { return F::from_output(dy, output); });
    const Index in = weight.shape()[0], out = weight.shape()[1];
    const Index rows = row_count(dy.value());
    const Variable flat = reshape(dz, {rows, out});
    return {reshape(matmul(flat, weight, {.transpose_b = true}), input.shape()),
            matmul(reshape(input, {rows, in}), flat, {.transpose_a = true}), sum(flat, {0})};
  }
};

}  // namespace

Variable activate(const Variable& x, Activation activation) {
  return with_function(activation, [&]<class F>(F) { return apply(Unary<F>{}, x); });
}

Variable dense(const Variable& x, const Variable& w, const Variable& b, Activation activation) {
  return apply(Dense{activation}, x, w, b);
}

}  // namespace gradus
