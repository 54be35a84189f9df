#include "autograd/normalisation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "autograd/arithmetic.h"
#include "autograd/operation.h"
#include "autograd/reductions.h"
#include "autograd/shaping.h"
#include "autograd/unary.h"
#include "tensor/checks.h"
#include "tensor/slices.h"

namespace gradus {
namespace {

using Sums = PoolVector<double>;

// A tensor seen as a matrix, whose columns are the last dimension.
struct Matrix {
  Index rows, columns;
  explicit Matrix(const Shape& shape)
      : rows(shape.numel(0, shape.rank() - 1)), columns(shape[shape.rank() - 1]) {}
};

// The groups that are normalised: `group` is that of element (i, j), `sum` the sum of
// f(i, j) over each.
struct Layer {
  static constexpr const char* kName = "layer_norm";
  static constexpr int kAxis = 1;  // along which a group lies in the matrix
  static Index group(Index i, Index) { return i; }
  static Index size(const Matrix& m) { return m.columns; }
  template <class F>
  static Sums sum(const Matrix& m, const F& f) {
    Sums sums(static_cast<std::size_t>(m.rows));
    for_slices(m.rows, m.columns, 1, [&](const Slices& s) {
      sums[static_cast<std::size_t>(s.first)] =
          fold<Sum>(m.columns, [&](Index j) { return f(s.first, j); });
    });
    return sums;
  }
};
struct Batch {
  static constexpr const char* kName = "batch_norm";
  static constexpr int kAxis = 0;
  static Index group(Index, Index j) { return j; }
  static Index size(const Matrix& m) { return m.rows; }
  template <class F>
  static Sums sum(const Matrix& m, const F& f) {
    Sums sums(static_cast<std::size_t>(m.columns));
    for_slices(1, m.rows, m.columns, [&](const Slices& s) {
      const auto sum = s.take<Sum>([&](Slices::Element e) { return f(e.row, s.first + e.slice); });
      std::copy_n(sum.values.begin(), s.width, sums.begin() + s.first);
    });
    return sums;
  }
};

/// y = gamma u + beta, u = (x - mean) r, r = 1 / sqrt(variance + epsilon);
/// dgamma = sum of dy u over the samples, dbeta = sum of dy,
/// dx = r (g - mean of g - u mean of g u) with g = dy gamma, means over the group
template <class Groups>
struct Normalise {
  static constexpr const char* kName = Groups::kName;
  Scalar epsilon;
  BatchStatistics* statistics;
  Saved x{0}, gamma{1};
  Sums mean{}, r{};  // by group; in double, or a large mean would cost u its digits

  Tensor forward(const Tensor& input, const Tensor& weight, const Tensor& offset) {
    const int last = input.rank() - 1;
    if (last < 0 || weight.shape() != Shape{input.shape()[last]} ||
        offset.shape() != weight.shape()) {
      fail("[{}] got input {}, gamma {} and beta {}, expected (..., n), (n,) and (n,)", kName,
           input.shape().str(), weight.shape().str(), offset.shape().str());
    }
    checked_positive(kName, "epsilon", epsilon);
    x = input;
    gamma = weight;
    const Matrix m(input.shape());
    const Scalar* const v = input.data().data();
    const auto n = static_cast<double>(std::max<Index>(1, Groups::size(m)));

    mean = Groups::sum(m, [&](Index i, Index j) { return double(v[i * m.columns + j]); });
    for (double& sum : mean) sum /= n;
    const double* const c = mean.data();
    r = Groups::sum(m, [&](Index i, Index j) {
      const double d = v[i * m.columns + j] - c[Groups::group(i, j)];
      return d * d;
    });
    for (double& sum : r) sum /= n;
    // The node outlives what it points to.
    if (statistics) *std::exchange(statistics, nullptr) = {tensor_of(mean), tensor_of(r)};
    for (double& variance : r) variance = 1 / std::sqrt(variance + epsilon);

    Tensor y = Tensor::uninitialized(input.shape());
    const Scalar *const w = weight.data().data(), *const b = offset.data().data();
    each(m, y, Write::overwrite, [&](Index, Index j, double u) { return w[j] * u + b[j]; });
    return y;
  }

  void backward(const Tensor& dy, const Gradients& d) const {
    const Matrix m(dy.shape());
    const Scalar *const g = dy.data().data(), *const w = gamma.get().data().data();
    d[2].fill([&](Tensor& db, Write write) { sum_to(db, write, dy); });
    d[1].fill([&](Tensor& dw, Write write) {
      const Sums sums = Batch::sum(
          m, [&, u = normal(m)](Index i, Index j) { return g[i * m.columns + j] * u(i, j); });
      Scalar* const to = dw.mutable_data().data();
      for (std::size_t j = 0; j < sums.size(); ++j) {
        to[j] = (write == Write::add ? to[j] : 0) + static_cast<Scalar>(sums[j]);
      }
    });
    d[0].fill([&](Tensor& dx, Write write) {
      const auto slope = [&](Index i, Index j) { return double(g[i * m.columns + j]) * w[j]; };
      const double share = 1 / static_cast<double>(std::max<Index>(1, Groups::size(m)));
      const Sums plain = Groups::sum(m, slope);
      const Sums along =
          Groups::sum(m, [&, u = normal(m)](Index i, Index j) { return slope(i, j) * u(i, j); });
      const double *const p = plain.data(), *const a = along.data(), *const scale = r.data();
      each(m, dx, write, [&](Index i, Index j, double u) {
        const Index k = Groups::group(i, j);
        return scale[k] * (slope(i, j) - share * p[k] - share * a[k] * u);
      });
    });
  }

  Variables rule(const Variable& dy, const Recall& recall) const {
    const Matrix m(dy.shape());
    const auto flat = [&](const Variable& v) { return reshape(v, {m.rows, m.columns}); };
    const auto average = [](const Variable& v) { return gradus::mean(v, {Groups::kAxis}, true); };
    const Variable v = flat(recall(x)), g = flat(dy), slope = g * recall(gamma);
    const Variable rest = v - average(v);
    const Variable centred = rest - average(rest);  // a large mean is rounded
    const Variable scale = 1 / sqrt(average(square(centred)) + epsilon);
    const Variable u = centred * scale;
    return {reshape(scale * (slope - average(slope) - u * average(slope * u)), dy.shape()),
            sum(g * u, {0}), sum(g, {0})};
  }

 private:
  // u(i, j) of the saved input.
  auto normal(const Matrix& m) const {
    return [v = x.get().data().data(), columns = m.columns, c = mean.data(), scale = r.data()](
               Index i, Index j) {
      const Index k = Groups::group(i, j);
      return (v[i * columns + j] - c[k]) * scale[k];
    };
  }
  // Writes f(i, j, u(i, j)) to each element of `out`, or adds it.
  template <class F>
  void each(const Matrix& m, Tensor& out, Write write, const F& f) const {
    Scalar* const to = out.mutable_data().data();
    parallel_for(m.rows, grain_for(m.columns), [&, u = normal(m)](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        Scalar* const row = to + i * m.columns;
#pragma omp simd
        for (Index j = 0; j < m.columns; ++j) {
          row[j] = (write == Write::add ? row[j] : 0) + static_cast<Scalar>(f(i, j, u(i, j)));
        }
      }
    });
  }
  static Tensor tensor_of(const Sums& values) {
    Tensor t = Tensor::uninitialized({std::ssize(values)});
    std::ranges::transform(values, t.mutable_data().begin(),
                           [](double v) { return static_cast<Scalar>(v); });
    return t;
  }
};

}  // namespace

Variable layer_norm(const Variable& x, const Variable& gamma, const Variable& beta,
                    Scalar epsilon) {
  return apply(Normalise<Layer>{epsilon, nullptr}, x, gamma, beta);
}

Variable batch_norm(const Variable& x, const Variable& gamma, const Variable& beta, Scalar epsilon,
                    BatchStatistics* statistics) {
  return apply(Normalise<Batch>{epsilon, statistics}, x, gamma, beta);
}

}  // namespace gradus
