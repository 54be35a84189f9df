#include "autograd/arithmetic.h"

#include <functional>

#include "autograd/operation.h"

namespace gradus {
namespace {

/// c = a + b
struct Add {
  static constexpr const char* kName = "add";
  Tensor forward(const Tensor& a, const Tensor& b) { return mapped(kName, std::plus<>(), a, b); }
  void backward(const Tensor& dc, const Gradients& d) const {
    d[0].map(std::identity(), dc);
    d[1].map(std::identity(), dc);
  }
  Variables rule(const Variable& dc, const Recall&) const { return {dc, dc}; }
};

/// c = a - b
struct Sub {
  static constexpr const char* kName = "sub";
  Tensor forward(const Tensor& a, const Tensor& b) { return mapped(kName, std::minus<>(), a, b); }
  void backward(const Tensor& dc, const Gradients& d) const {
    d[0].map(std::identity(), dc);
    d[1].map(std::negate<>(), dc);
  }
  Variables rule(const Variable& dc, const Recall&) const { return {dc, -dc}; }
};

/// c = a b;  da = dc b, db = dc a
struct Mul {
  static constexpr const char* kName = "mul";
  Saved a{0}, b{1};
  Tensor forward(const Tensor& x, const Tensor& y) {
    a = x;
    b = y;
    return mapped(kName, std::multiplies<>(), x, y);
  }
  void backward(const Tensor& dc, const Gradients& d) const {
    d[0].map(std::multiplies<>(), dc, b.get());
    d[1].map(std::multiplies<>(), dc, a.get());
  }
  Variables rule(const Variable& dc, const Recall& recall) const {
    return {dc * recall(b), dc * recall(a)};
  }
};

/// c = a / b;  da = dc / b, db = -dc c / b
struct Div {
  static constexpr const char* kName = "div";
  Saved b{1}, c{Saved::kOutput};
  Tensor forward(const Tensor& x, const Tensor& y) {
    b = y;
    c = mapped(kName, std::divides<>(), x, y);
    return c.get();
  }
  void backward(const Tensor& dc, const Gradients& d) const {
    d[0].map(std::divides<>(), dc, b.get());
    d[1].map([](Scalar g, Scalar z, Scalar q) { return -g * z / q; }, dc, c.get(), b.get());
  }
  Variables rule(const Variable& dc, const Recall& recall) const {
    return {dc / recall(b), -dc * recall(c) / recall(b)};
  }
};

/// y = -x
struct Neg {
  static constexpr const char* kName = "neg";
  Tensor forward(const Tensor& x) { return mapped(std::negate<>(), x); }
  void backward(const Tensor& dy, const Gradients& d) const { d[0].map(std::negate<>(), dy); }
  Variables rule(const Variable& dy, const Recall&) const { return {-dy}; }
};

/// y = condition ? a : b;  da = condition ? dy : 0, db = condition ? 0 : dy
struct Where {
  static constexpr const char* kName = "where";
  Saved condition{0};
  Tensor forward(const Tensor& c, const Tensor& a, const Tensor& b) {
    condition = c;
    return mapped(
        kName, [](Scalar t, Scalar p, Scalar q) { return t != 0 ? p : q; }, c, a, b);
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([](Scalar) { return Scalar(0); }, dy);
    d[1].map([](Scalar g, Scalar t) { return t != 0 ? g : 0; }, dy, condition.get());
    d[2].map([](Scalar g, Scalar t) { return t != 0 ? 0 : g; }, dy, condition.get());
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable c = recall(condition);
    return {Variable(Tensor::zeros(c.shape())), where(c, dy, 0), where(c, 0, dy)};
  }
};

template <class F>
Variable compare(const char* name, F holds, const Variable& a, const Variable& b) {
  return Variable(mapped(
      name, [holds](Scalar x, Scalar y) { return Scalar(holds(x, y) ? 1 : 0); }, a.value(),
      b.value()));
}

}  // namespace

Variable operator+(const Variable& a, const Variable& b) { return apply(Add{}, a, b); }
Variable operator-(const Variable& a, const Variable& b) { return apply(Sub{}, a, b); }
Variable operator*(const Variable& a, const Variable& b) { return apply(Mul{}, a, b); }
Variable operator/(const Variable& a, const Variable& b) { return apply(Div{}, a, b); }
Variable operator-(const Variable& a) { return apply(Neg{}, a); }

Variable operator>(const Variable& a, const Variable& b) {
  return compare("greater", std::greater<>(), a, b);
}
Variable operator<(const Variable& a, const Variable& b) {
  return compare("less", std::less<>(), a, b);
}
Variable operator>=(const Variable& a, const Variable& b) {
  return compare("greater_equal", std::greater_equal<>(), a, b);
}
Variable operator<=(const Variable& a, const Variable& b) {
  return compare("less_equal", std::less_equal<>(), a, b);
}
Variable operator==(const Variable& a, const Variable& b) {
  return compare("equal", std::equal_to<>(), a, b);
}
Variable operator!=(const Variable& a, const Variable& b) {
  return compare("not_equal", std::not_equal_to<>(), a, b);
}
Variable where(const Variable& condition, const Variable& a, const Variable& b) {
  return apply(Where{}, condition, a, b);
}

}  // namespace gradus
