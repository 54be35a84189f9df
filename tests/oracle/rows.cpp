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

/// The same, with at least `size` elements along `axis`, 0 or -1.
Inputs sized(Inputs inputs, int axis, Index size) {
  inputs.fits = [axis, size, fits = inputs.fits](const Shape& x) {
    return x.rank() > 0 && fits(x) && x[axis < 0 ? x.rank() - 1 : 0] >= size;
  };
  return inputs;
}

/// Groups of three or more elements along the last dimension, or along all others,
/// and a scale and a shift for the last. Two would become -1 and 1, whatever they are.
Inputs groups(bool of_last) {
  Inputs inputs = one(1);
  inputs.fits = [=](const Shape& x) {
    if (x.rank() == 0) return false;
    const Index last = x[x.rank() - 1];
    return (of_last ? last : x.numel() / last) >= 3;
  };
  inputs.others = [](const Shape& x, Random&) {
    return std::vector<Shape>(2, Shape{x[x.rank() - 1]});
  };
  return inputs;
}

/// Many matrices, and as many or one that they can be multiplied with.
Inputs many_factors() {
  Inputs inputs = one(3);
  inputs.others = [](const Shape& a, Random& random) {
    Shape b = a.with(a.rank() - 2, a[a.rank() - 1]).with(a.rank() - 1, 1 + random.below(4));
    if (random.below(3) == 0) b = b.with(0, 1);
    return std::vector<Shape>{random.below(3) == 0 ? b.without(0) : b};
  };
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

/// For each element of x an index along its first dimension.
gradus::Indices some_rows(const Shape& x) {
  std::vector<Index> values;
  for (Index i = 0; i < x.numel(); ++i) values.push_back(i * 7 % x[0]);
  return gradus::Indices(x, values);
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
      {"minimum", [](Xs x) { return minimum(x[0], x[1]); }, "torch.minimum(a, b)", pair(), {apart}},
      {"maximum", [](Xs x) { return maximum(x[0], x[1]); }, "torch.maximum(a, b)", pair(), {apart}},
      {"clip", [](Xs x) { return clip(x[0], Scalar(-0.75), Scalar(1.25)); }, "a.clip(-0.75, 1.25)", one()},
      {"clip", [](Xs x) { return clip(x[0], {}, Scalar(0.5)); }, "a.clip(max=0.5)", one()},
      {"pow", [](Xs x) { return pow(x[0], x[1]); }, "a**b", pair(), {positive}},
      {"pow", [](Xs x) { return pow(x[0], Scalar(3)); }, "a**3", one()},
      {"pow", [](Xs x) { return pow(x[0], Scalar(-1.5)); }, "a**-1.5", one(), {positive}},

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
      {"expm1", [](Xs x) { return expm1(x[0]); }, "torch.expm1(a)", one()},
      {"log1p", [](Xs x) { return log1p(x[0]); }, "torch.log1p(a)", one(), {positive}},
      {"sign", [](Xs x) { return sign(x[0]); }, "torch.sign(a)", one()},
      {"leaky_relu", [](Xs x) { return leaky_relu(x[0], Scalar(0.125)); }, "F.leaky_relu(a, 0.125)", one()},
      {"gelu", [](Xs x) { return gelu(x[0]); }, "F.gelu(a)", one()},
      {"silu", [](Xs x) { return silu(x[0]); }, "F.silu(a)", one()},
      {"normal_cdf", [](Xs x) { return normal_cdf(x[0]); }, "torch.special.ndtr(a)", one()},
      {"linear", [](Xs x) { return activate(x[0], Activation::linear); }, "a", one()},

      {"reshape", [](Xs x) { return reshape(x[0], reversed(x[0].shape())); }, "a.reshape(a.shape[::-1])", one()},
      {"reshape", [](Xs x) { return reshape(x[0], {x[0].shape().numel()}); }, "a.flatten()", one()},
      {"reshape", [](Xs x) { return reshape(x[0], {x[0].shape()[0], x[0].shape().numel() / x[0].shape()[0]}); }, "a.flatten(1)", one(2)},
      {"transpose", [](Xs x) { return transpose(x[0]); }, "a.T", one(2, 2)},
      {"transpose", [](Xs x) { return transpose(x[0], 0, -1); }, "a.transpose(0, -1)", one(2)},
      {"permute", [](Xs x) { return permute(x[0], {2, 0, 1}); }, "a.permute(2, 0, 1)", one(3, 3)},
      {"permute", [](Xs x) { return permute(x[0], {3, 1, 0, 2}); }, "a.permute(3, 1, 0, 2)", one(4, 4)},
      {"permute", [](Xs x) { return permute(x[0], {1, 0}); }, "a.permute(1, 0)", one(2, 2)},
      {"concatenate", [](Xs x) { return concatenate({x[0], x[1]}); }, "torch.cat((a, b))", equal(2, 1)},
      {"concatenate", [](Xs x) { return concatenate(x, -1); }, "torch.cat((a, b, c), -1)", equal(3, 1)},
      {"stack", [](Xs x) { return stack(x); }, "torch.stack((a, b))", equal(2)},
      {"stack", [](Xs x) { return stack({x[0], x[1], x[0]}, -1); }, "torch.stack((a, b, a), -1)", equal(2)},
      {"slice", [](Xs x) { return slice(x[0], 0, 0, kEnd, 2); }, "a[::2]", one(1)},
      {"slice", [](Xs x) { return slice(x[0], -1, 1); }, "a[..., 1:]", sized(one(1), -1, 2)},
      {"slice", [](Xs x) { return slice(x[0], 0, -2, -1); }, "a[-2:-1]", sized(one(1), 0, 2)},
      {"place", [](Xs x) { return place(x[0], x[0].shape().with(0, 2 * x[0].shape()[0] + 1), 0, 1, 2); }, "a.new_zeros(2 * len(a) + 1, *a.shape[1:]).index_copy(0, torch.arange(len(a)) * 2 + 1, a)", one(1)},
      {"gather", [](Xs x) { return gather(x[0], 0, some_rows(x[0].shape())); }, "a.gather(0, (torch.arange(a.numel()) * 7 % len(a)).reshape(a.shape))", one(1)},
      {"scatter_add", [](Xs x) { return scatter_add(x[0], 0, some_rows(x[0].shape()), x[1]); }, "a.scatter_add(0, (torch.arange(a.numel()) * 7 % len(a)).reshape(a.shape), b)", equal(2, 1)},
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

      {"max", [](Xs x) { return max(x[0]); }, "a.amax()", one(), {apart}},
      {"max", [](Xs x) { return max(x[0], {0, -1}, true); }, "a.amax((0, -1), keepdim=True)", one(2), {apart}},
      {"min", [](Xs x) { return min(x[0], {-1}); }, "a.amin(-1)", one(1), {apart}},
      {"min", [](Xs x) { return min(x[0], {0}, true); }, "a.amin(0, keepdim=True)", one(1), {apart}},
      {"var", [](Xs x) { return var(x[0], {-1}, true); }, "a.var(-1, unbiased=False, keepdim=True)", sized(one(1), -1, 2), {apart}},
      {"var", [](Xs x) { return var(x[0], {0}, false, 1); }, "a.var(0)", sized(one(1), 0, 2), {apart}},
      {"var", [](Xs x) { return var(x[0]); }, "a.var(unbiased=False)", sized(one(1), 0, 2), {apart}},
      {"logsumexp", [](Xs x) { return logsumexp(x[0]); }, "a.flatten().logsumexp(0)", one()},
      {"logsumexp", [](Xs x) { return logsumexp(x[0], {0, -1}, true); }, "a.logsumexp((0, -1), keepdim=True)", one(2)},
      {"softmax", [](Xs x) { return softmax(x[0]); }, "a.softmax(-1)", sized(one(1), -1, 2)},
      {"softmax", [](Xs x) { return softmax(x[0], 0); }, "a.softmax(0)", sized(one(1), 0, 2)},
      {"log_softmax", [](Xs x) { return log_softmax(x[0]); }, "a.log_softmax(-1)", sized(one(1), -1, 2)},
      {"log_softmax", [](Xs x) { return log_softmax(x[0], 0); }, "a.log_softmax(0)", sized(one(1), 0, 2)},

      {"dropout", [](Xs x) { return dropout(x[0], Scalar(0.25), (x[1] > 0).value()); }, "torch.where(b > 0, a / 0.75, torch.zeros_like(a))", equal(2)},
      {"layer_norm", [](Xs x) { return layer_norm(x[0], x[1], x[2], Scalar(1e-3)); }, "F.layer_norm(a, a.shape[-1:], b, c, 1e-3)", groups(true), {apart}},
      // Without contiguous, PyTorch 1.13 reads past a stretched b on the way back.
      {"batch_norm", [](Xs x) { return batch_norm(x[0], x[1], x[2], Scalar(1e-3)); }, "F.batch_norm(a.flatten(0, -2) if a.dim() > 1 else a[:, None], None, None, b.contiguous(), c.contiguous(), True, 0, 1e-3).reshape(a.shape)", groups(false), {apart}},

      {"matmul", [](Xs x) { return matmul(x[0], x[1]); }, "torch.matmul(a, b)", many_factors()},
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
      {"binary_cross_entropy", [](Xs x) { return nn::binary_cross_entropy(x[0], x[1]); }, "F.binary_cross_entropy(a, b)", equal(2), {unit}},
      {"huber", [](Xs x) { return nn::huber(x[0], x[1], Scalar(0.5)); }, "F.huber_loss(a, b, delta=0.5)", equal(2)},
      {"softmax_cross_entropy", [](Xs x) { return nn::softmax_cross_entropy(x[0], x[1]); }, "F.cross_entropy(a, b)", sized({one(2, 2).fits, equal(2).others}, -1, 2)},
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
