#include "tensor/softmax.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "tensor/reduce.h"

namespace gradus {
namespace {

constexpr Index kWidth = 64;
std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Neighbouring slices along one dimension: element k of slice i is at
// begin + k * step + i. One slice, where that dimension is the last.
struct Slices {
  Index begin, size, step, width;

  // f(position, slice) for every element. Loops over neighbours inside.
  template <class F>
  void each(F f) const {
    if (step == 1) {
#pragma omp simd
      for (Index k = 0; k < size; ++k) f(begin + k, Index{0});
      return;
    }
    for (Index k = 0; k < size; ++k) {
      const Index row = begin + k * step;
#pragma omp simd
      for (Index i = 0; i < width; ++i) f(row + i, i);
    }
  }
  // The sum of f(position, slice) of each slice.
  template <class F>
  std::array<Scalar, kWidth> sum(F f) const {
    std::array<Scalar, kWidth> result;
    if (step == 1) {
      double one = 0;
#pragma omp simd reduction(+ : one)
      for (Index k = 0; k < size; ++k) one += static_cast<double>(f(begin + k, Index{0}));
      result[0] = static_cast<Scalar>(one);
      return result;
    }
    std::array<double, kWidth> total{};
    for (Index k = 0; k < size; ++k) {
      const Index row = begin + k * step;
#pragma omp simd
      for (Index i = 0; i < width; ++i) total[at(i)] += static_cast<double>(f(row + i, i));
    }
    for (Index i = 0; i < width; ++i) result[at(i)] = static_cast<Scalar>(total[at(i)]);
    return result;
  }
  std::array<Scalar, kWidth> largest(const Scalar* x) const {
    std::array<Scalar, kWidth> result;
    if (step == 1) {
      result[0] = max_of({x + begin, at(size)});
      return result;
    }
    std::copy_n(x + begin, width, result.begin());
    for (Index k = 1; k < size; ++k) {
      const Scalar* const row = x + begin + k * step;
      for (Index i = 0; i < width; ++i) {
        Scalar& best = result[at(i)];
        best = (bool(row[i] > best) | bool(row[i] != row[i])) ? row[i] : best;
      }
    }
    return result;
  }
};

// body(Slices) for all slices of `shape` along `axis`.
template <class Body>
void for_slices(const Shape& shape, int axis, const Body& body) {
  assert(axis >= 0 && axis < shape.rank());
  if (shape.numel() == 0) return;
  Index inner = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  const Index size = shape[axis], tiles = (inner + kWidth - 1) / kWidth;
  parallel_for(shape.numel() / (size * inner) * tiles, grain_for(size * std::min(inner, kWidth)),
               [&](Index first, Index last) {
                 for (Index t = first; t < last; ++t) {
                   const Index from = t % tiles * kWidth;
                   body(Slices{t / tiles * size * inner + from, size, inner,
                               std::min(kWidth, inner - from)});
                 }
               });
}

}  // namespace

void softmax(Tensor& y, const Tensor& x, int axis) {
  const Scalar* const in = x.data().data();
  Scalar* const out = y.mutable_data().data();
  for_slices(x.shape(), axis, [&](const Slices& s) {
    const auto most = s.largest(in);
    s.each([&](Index p, Index i) { out[p] = math::exp(below_largest(in[p], most[at(i)])); });
    const auto sum = s.sum([&](Index p, Index) { return out[p]; });
    s.each([&](Index p, Index i) { out[p] /= sum[at(i)]; });
  });
}

void log_softmax(Tensor& y, const Tensor& x, int axis) {
  const Scalar* const in = x.data().data();
  Scalar* const out = y.mutable_data().data();
  for_slices(x.shape(), axis, [&](const Slices& s) {
    const auto most = s.largest(in);
    s.each([&](Index p, Index i) { out[p] = below_largest(in[p], most[at(i)]); });
    auto log_sum = s.sum([&](Index p, Index) { return math::exp(out[p]); });
    for (Index i = 0; i < s.width; ++i) log_sum[at(i)] = std::log(log_sum[at(i)]);
    s.each([&](Index p, Index i) { out[p] -= log_sum[at(i)]; });
  });
}

void softmax_backward(Tensor& dx, Write write, const Tensor& dy, const Tensor& y, int axis) {
  const Scalar *const g = dy.data().data(), *const v = y.data().data();
  Scalar* const out = dx.mutable_data().data();
  for_slices(y.shape(), axis, [&](const Slices& s) {
    const auto sum = s.sum([&](Index p, Index) { return g[p] * v[p]; });
    s.each([&](Index p, Index i) {
      out[p] = (write == Write::add ? out[p] : 0) + v[p] * (g[p] - sum[at(i)]);
    });
  });
}

void log_softmax_backward(Tensor& dx, Write write, const Tensor& dy, const Tensor& y, int axis) {
  const Scalar *const g = dy.data().data(), *const v = y.data().data();
  Scalar* const out = dx.mutable_data().data();
  for_slices(y.shape(), axis, [&](const Slices& s) {
    const auto sum = s.sum([&](Index p, Index) { return g[p]; });
    s.each([&](Index p, Index i) {
      out[p] = (write == Write::add ? out[p] : 0) + (g[p] - math::exp(v[p]) * sum[at(i)]);
    });
  });
}

}  // namespace gradus
