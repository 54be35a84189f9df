// Short names for what tests of the graph write on every line.
#pragma once

#include <initializer_list>
#include <span>

#include "autograd/engine.h"
#include "autograd/path.h"

namespace gradus::test {

inline Variable leaf(const Shape& shape, std::initializer_list<Scalar> elements) {
  return Variable(Tensor::from(shape, elements), true);
}
inline Variable leaf(Scalar value) { return Variable(Tensor::scalar(value), true); }

inline const Variable kSix(Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6}), true);

/// While the result lives, what is made belongs to the module of this name.
inline ModulePath::Scope in(const char* name) {
  return ModulePath::Scope(ModulePath::root()->child(name));
}

/// d y / d x for a y of one element, as a Variable.
inline Variable grad_of(const Variable& y, const Variable& x) {
  return grad(y, std::span(&x, 1))[0];
}

}  // namespace gradus::test
