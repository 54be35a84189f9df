#include "tests/oracle/rows.h"

#include <algorithm>

#include "autograd/ops.h"
#include "nn/losses.h"
#include "nn/sampling.h"
#include "tests/autograd/array.h"

namespace gradus::test {
namespace {

using Xs = std::span<const Variable>;

// ---------------------------------------------------------------- inputs

/// One, of any rank from `least` to `most`.
Inputs one(int least = 0, int most = 4) {
  return {[=](const Shape& x) { return x.rank() >= least && x.rank() <= most; },
          [](const Shape&, Random&) { return std::vector<Shape>{}; }};
}

/// A shape that broadcasts with x: some leading dimensions fall away, some sizes
/// become 1; with `grow` sizes of 1 may become more, and a dimension come in front.
Shape partner(const Shape& x, Random& random, bool grow) {
  const Index dropped = random.below(3) == 0 ? random.below(x.rank() + 1) : 0;
  Indices sizes(x.begin() + dropped, x.end());
  for (Index& size : sizes) {
    if (random.below(4) == 0) size = grow && size == 1 ? 1 + random.below(3) : 1;
  }
  if (grow && dropped == 0 && x.rank() < 4 && random.below(6) == 0) {
    sizes.insert(sizes.begin(), 1 + random.below(3));
  }
  return Shape(sizes);
}

/// Two that broadcast.
Inputs pair() {
  Inputs inputs = one();
  inputs.others = [](const Shape& x, Random& random) {
    return std::vector<Shape>{partner(x, random, true)};
  };
  inputs.broadcast = true;
  return inputs;
}

/// Three, of which the second and the third broadcast to the first.
Inputs triple() {
  Inputs inputs = one();
  inputs.others = [](const Shape& x, Random& random) {
    return std::vector<Shape>{partner(x, random, false), partner(x, random, false)};
  };
  return inputs;
}

/// `count` of one shape, of at least rank `least`.
Inputs equal(std::size_t count, int least = 0) {
  Inputs inputs = one(least);
  inputs.others = [=](const Shape& x, Random&) { return std::vector<Shape>(count - 1, x); };
  return inputs;
}

/// A matrix and one that it can be multiplied with, either stored transposed.
Inputs factors(bool transpose_a, bool transpose_b) {
  Inputs inputs = one(2, 2);
  inputs.others = [=](const Shape& a, Random& random) {
    const Index k = a[transpose_a ? 0 : 1], n = 1 + random.below(4);
    return std::vector<Shape>{transpose_b ? Shape{n, k} : Shape{k, n}};
  };
  return inputs;
}

/// Input (..., in), weight (in, out), bias (out,).
Inputs layer() {
  Inputs inputs = one(1);
  inputs.others = [](const Shape& x, Random& random) {
    const Index out = 1 + random.below(5);
    return std::vector<Shape>{{x[x.rank() - 1], out}, {out}};
  };
  return inputs;
}

// ---------------------------------------------------------------- shapes

Shape reversed(const Shape& shape) {
  Indices sizes(shape.begin(), shape.end());
  std::ranges::reverse(sizes);
  return Shape(sizes);
}

/// Each second size becomes 1, and the first dimension goes.
Shape shrunk(const Shape& shape) {
  Indices sizes(shape.begin() + 1, shape.end());
  for (std::size_t axis = 0; axis < sizes.size(); axis += 2) sizes[axis] = 1;
  return Shape(sizes);
}

using enum Domain;

}  // namespace

const std::map<std::string, std::string>& oracle_exceptions() {
  static const std::map<std::string, std::string> exceptions = {};
  return exceptions;
}

const std::vector<OracleRow>& oracle_rows() {
  // clang-format off
  static const std::vector<OracleRow> rows = {
      // operation, gradus, PyTorch, inputs, their domains
      {"add", [](Xs x) { return x[0] + x[1]; }, "a + b", pair()},
      {"add", [](Xs x) { return x[0] + Scalar(0.5); }, "a + 0.5", one()},
      {"sub", [](Xs x) { return x[0] - x[1]; }, "a - b", pair()},
      {"sub", [](Xs x) { return 1 - x[0]; }, "1 - a", one()},
      {"mul", [](Xs x) { return x[0] * x[1]; }, "a * b", pair()},
      {"mul", [](Xs x) { return x[0] * x[0]; }, "a * a", one()},
      {"mul", [](Xs x) { return Scalar(0.25) * x[0]; }, "0.25 * a", one()},
      {"div", [](Xs x) { return x[0] / x[1]; }, "a / b", pair(), {tame, positive}},
      {"div", [](Xs x) { return 2 / x[0]; }, "2 / a", one(), {positive}},
      {"neg", [](Xs x) { return -x[0]; }, "-a", one()},
      {"where", [](Xs x) { return where(x[0] > 0, x[1], x[2]); }, "torch.where(a > 0, b, c)", triple()},

      {"exp", [](Xs x) { return exp(x[0]); }, "torch.exp(a)", one()},
      {"log", [](Xs x) { return log(x[0]); }, "torch.log(a)", one(), {positive}},
      {"sqrt", [](Xs x) { return sqrt(x[0]); }, "torch.sqrt(a)", one(), {positive}},
      {"abs", [](Xs x) { return abs(x[0]); }, "torch.abs(a)", one()},
      {"square", [](Xs x) { return square(x[0]); }, "torch.square(a)", one()},
      {"sigmoid", [](Xs x) { return sigmoid(x[0]); }, "torch.sigmoid(a)", one()},
      {"tanh", [](Xs x) { return tanh(x[0]); }, "torch.tanh(a)", one()},
      {"relu", [](Xs x) { return relu(x[0]); }, "torch.relu(a)", one()},
      {"selu", [](Xs x) { return selu(x[0]); }, "torch.selu(a)", one()},
      {"elu", [](Xs x) { return elu(x[0]); }, "F.elu(a)", one()},
      {"softplus", [](Xs x) { return softplus(x[0]); }, "F.softplus(a)", one()},
      {"linear", [](Xs x) { return activate(x[0], Activation::linear); }, "a", one()},

      {"reshape", [](Xs x) { return reshape(x[0], reversed(x[0].shape())); }, "a.reshape(a.shape[::-1])", one()},
      {"reshape", [](Xs x) { return reshape(x[0], {x[0].shape().numel()}); }, "a.flatten()", one()},
      {"reshape", [](Xs x) { return reshape(x[0], {x[0].shape()[0], x[0].shape().numel() / x[0].shape()[0]}); }, "a.flatten(1)", one(2)},
      {"transpose", [](Xs x) { return transpose(x[0]); }, "a.T", one(2, 2)},
      {"broadcast_to", [](Xs x) { return broadcast_to(x[0], x[0].shape().batch_of(2)); }, "a.broadcast_to((2, *a.shape))", one(0, 3)},
      {"broadcast_to", [](Xs x) { return broadcast_to(reshape(x[0], {x[0].shape()[0], 1}), {x[0].shape()[0], 3}); }, "a.unsqueeze(1).broadcast_to((-1, 3))", one(1, 1)},
      {"sum_to", [](Xs x) { return sum_to(x[0], shrunk(x[0].shape())); }, "a.sum_to_size([1 if i % 2 == 0 else n for i, n in enumerate(a.shape[1:])])", one(1)},

      {"sum", [](Xs x) { return sum(x[0]); }, "a.sum()", one()},
      {"sum", [](Xs x) { return sum(x[0], {0}); }, "a.sum(0)", one(1)},
      {"sum", [](Xs x) { return sum(x[0], {-1}, true); }, "a.sum(-1, keepdim=True)", one(1)},
      {"sum", [](Xs x) { return sum(x[0], {0, -1}); }, "a.sum((0, -1))", one(2)},
      {"sum", [](Xs x) { return sum(x[0], {1}, true); }, "a.sum(1, keepdim=True)", one(3)},
      {"mean", [](Xs x) { return mean(x[0]); }, "a.mean()", one()},
      {"mean", [](Xs x) { return mean(x[0], {-1}); }, "a.mean(-1)", one(1)},
      {"mean", [](Xs x) { return mean(x[0], {0}, true); }, "a.mean(0, keepdim=True)", one(1)},
      {"mean", [](Xs x) { return mean(x[0], {1, -1}); }, "a.mean((1, -1))", one(3)},

      {"matmul", [](Xs x) { return matmul(x[0], x[1]); }, "a @ b", factors(false, false)},
      {"matmul", [](Xs x) { return matmul(x[0], x[1], {.transpose_a = true}); }, "a.T @ b", factors(true, false)},
      {"matmul", [](Xs x) { return matmul(x[0], x[1], {.transpose_b = true}); }, "a @ b.T", factors(false, true)},
      {"matmul", [](Xs x) { return matmul(x[0], x[1], {.transpose_a = true, .transpose_b = true}); }, "a.T @ b.T", factors(true, true)},
      {"dense", [](Xs x) { return dense(x[0], x[1], x[2], Activation::linear); }, "a @ b + c", layer()},
      {"dense", [](Xs x) { return dense(x[0], x[1], x[2], Activation::relu); }, "torch.relu(a @ b + c)", layer()},
      {"dense", [](Xs x) { return dense(x[0], x[1], x[2], Activation::selu); }, "torch.selu(a @ b + c)", layer(), {small, tiny, small}},
      {"dense", [](Xs x) { return dense(x[0], x[1], x[2], Activation::elu); }, "F.elu(a @ b + c)", layer(), {small, tiny, small}},
      {"dense", [](Xs x) { return dense(x[0], x[1], x[2], Activation::sigmoid); }, "torch.sigmoid(a @ b + c)", layer(), {small, tiny, small}},
      {"dense", [](Xs x) { return dense(x[0], x[1], x[2], Activation::tanh); }, "torch.tanh(a @ b + c)", layer(), {small, tiny, small}},

      {"bce_with_logits", [](Xs x) { return nn::bce_with_logits(x[0], x[1]); }, "F.binary_cross_entropy_with_logits(a, b)", equal(2)},
      {"mse", [](Xs x) { return nn::mse(x[0], x[1]); }, "F.mse_loss(a, b)", equal(2)},
      {"mae", [](Xs x) { return nn::mae(x[0], x[1]); }, "F.l1_loss(a, b)", equal(2)},
      {"gaussian_kl", [](Xs x) { return nn::gaussian_kl(x[0], x[1]); }, "(a**2 + b.exp() - 1 - b).sum() / (2 * len(a))", equal(2, 1), {tame, positive}},
      {"sample", [](Xs x) { return nn::sample(x[0], x[1], x[2].value()); }, "a + torch.exp(b / 2) * c.detach()", equal(3)},
  };
  // clang-format on
  return rows;
}

const OracleRow& oracle_row(const std::string& torch) {
  return *std::ranges::find(oracle_rows(), torch, &OracleRow::torch);
}

}  // namespace gradus::test
