#include "tensor/softmax.h"

#include <cassert>

#include "tensor/slices.h"
#include "tensor/strided.h"

namespace gradus {
namespace {

using Element = Slices::Element;

// The sums of slices, as the Scalars that are computed with from there on.
template <class F>
Slices::Each<Scalar> sums(const Slices& s, const F& f) {
  const auto exact = s.take<Sum>(f);
  Slices::Each<Scalar> result;
  for (Index i = 0; i < s.width; ++i) result[i] = static_cast<Scalar>(exact[i]);
  return result;
}

// body(Slices) for all slices of `shape` along `axis`.
template <class Body>
void for_slices(const Shape& shape, int axis, const Body& body) {
  assert(axis >= 0 && axis < shape.rank());
  const Shape view = around(shape, axis);
  for_slices(view[0], view[1], view[2], body);
}

}  // namespace

void softmax(Tensor& y, const Tensor& x, int axis) {
  const Scalar* const in = x.data().data();
  Scalar* const out = y.mutable_data().data();
  for_slices(x.shape(), axis, [&](const Slices& s) {
    const auto most = s.take<Extreme<true>>([in](Element e) { return in[e.place]; });
    s.walk([&](Element e) { out[e.place] = math::exp(below_largest(in[e.place], most[e.slice])); });
    const auto sum = sums(s, [&](Element e) { return out[e.place]; });
    s.walk([&](Element e) { out[e.place] /= sum[e.slice]; });
  });
}

void log_softmax(Tensor& y, const Tensor& x, int axis) {
  const Scalar* const in = x.data().data();
  Scalar* const out = y.mutable_data().data();
  for_slices(x.shape(), axis, [&](const Slices& s) {
    const auto most = s.take<Extreme<true>>([in](Element e) { return in[e.place]; });
    s.walk([&](Element e) { out[e.place] = below_largest(in[e.place], most[e.slice]); });
    auto log_sum = sums(s, [&](Element e) { return math::exp(out[e.place]); });
    for (Index i = 0; i < s.width; ++i) log_sum[i] = std::log(log_sum[i]);
    s.walk([&](Element e) { out[e.place] -= log_sum[e.slice]; });
  });
}

void softmax_backward(Tensor& dx, Write write, const Tensor& dy, const Tensor& y, int axis) {
  const Scalar *const g = dy.data().data(), *const v = y.data().data();
  Scalar* const out = dx.mutable_data().data();
  for_slices(y.shape(), axis, [&](const Slices& s) {
    const auto sum = sums(s, [&](Element e) { return g[e.place] * v[e.place]; });
    s.walk([&](Element e) {
      out[e.place] =
          (write == Write::add ? out[e.place] : 0) + v[e.place] * (g[e.place] - sum[e.slice]);
    });
  });
}

void log_softmax_backward(Tensor& dx, Write write, const Tensor& dy, const Tensor& y, int axis) {
  const Scalar *const g = dy.data().data(), *const v = y.data().data();
  Scalar* const out = dx.mutable_data().data();
  for_slices(y.shape(), axis, [&](const Slices& s) {
    const auto sum = sums(s, [&](Element e) { return g[e.place]; });
    s.walk([&](Element e) {
      out[e.place] = (write == Write::add ? out[e.place] : 0) +
                     (g[e.place] - math::exp(v[e.place]) * sum[e.slice]);
    });
  });
}

}  // namespace gradus
