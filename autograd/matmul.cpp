#include "autograd/matmul.h"

#include "autograd/operation.h"
#include "tensor/blas.h"

namespace gradus {
namespace {

MatrixView view(const Tensor& x, bool transposed) {
  const Index rows = x.shape()[0], columns = x.shape()[1];
  return transposed ? MatrixView{x.data().data(), columns, rows, columns, true}
                    : MatrixView{x.data().data(), rows, columns, columns, false};
}

/// c = a b;  da = dc b^T, db = a^T dc. With an operand stored transposed, its
/// gradient is the transpose of that: da = b dc^T, db = dc^T a.
struct Matmul {
  static constexpr const char* kName = "matmul";
  MatmulOptions t;
  Saved a{0}, b{1};

  Tensor forward(const Tensor& x, const Tensor& y) {
    if (x.rank() != 2 || y.rank() != 2) {
      fail("[matmul] got shapes {} and {}, expected two matrices; try reshape", x.shape().str(),
           y.shape().str());
    }
    const MatrixView left = view(x, t.transpose_a), right = view(y, t.transpose_b);
    if (left.columns != right.rows) {
      fail("[matmul] got shapes {}{} and {}{}, expected equal inner sizes, not {} and {}",
           x.shape().str(), t.transpose_a ? " transposed" : "", y.shape().str(),
           t.transpose_b ? " transposed" : "", left.columns, right.rows);
    }
    a = x;
    b = y;
    Tensor c = Tensor::uninitialized({left.rows, right.columns});
    gemm(left, right, 0, c.mutable_data().data());
    return c;
  }

  double multiply_adds(const Shape& output) const {
    const auto inner = a.shape()[t.transpose_a ? 0 : 1];
    return static_cast<double>(output.numel()) * static_cast<double>(inner);
  }

  void backward(const Tensor& dc, const Gradients& d) const {
    const auto product = [](const MatrixView& left, const MatrixView& right) {
      return [=](Tensor& to, Write write) {
        gemm(left, right, write == Write::add ? 1 : 0, to.mutable_data().data());
      };
    };
    const bool ta = t.transpose_a, tb = t.transpose_b;
    d[0].fill(ta ? product(view(b.get(), tb), view(dc, true))
                 : product(view(dc, false), view(b.get(), !tb)));
    d[1].fill(tb ? product(view(dc, true), view(a.get(), ta))
                 : product(view(a.get(), !ta), view(dc, false)));
  }

  Variables rule(const Variable& dc, const Recall& recall) const {
    const bool ta = t.transpose_a, tb = t.transpose_b;
    const Variable x = recall(a), y = recall(b);
    return {ta ? matmul(y, dc, {tb, true}) : matmul(dc, y, {false, !tb}),
            tb ? matmul(dc, x, {true, ta}) : matmul(x, dc, {!ta, false})};
  }
};

}  // namespace

Variable matmul(const Variable& a, const Variable& b, MatmulOptions options) {
  return apply(Matmul{options}, a, b);
}

}  // namespace gradus
