#include "autograd/matmul.h"

#include "autograd/operation.h"
#include "tensor/gemm.h"
#include "tensor/walk.h"

namespace gradus {
namespace {

// Matrices, one behind the other: an operand of a product.
struct Operand {
  const Tensor& x;
  bool transposed;

  MatrixView first() const {
    const Index rows = x.shape()[x.rank() - 2], columns = x.shape()[x.rank() - 1];
    return transposed ? MatrixView{x.data().data(), columns, rows, columns, true}
                      : MatrixView{x.data().data(), rows, columns, columns, false};
  }
};

// The dimensions in front of the matrices.
Shape front_of(const Tensor& x) { return Shape(std::span(x.shape().begin(), x.shape().end() - 2)); }

Shape front_of(const Tensor& x, const Tensor& y) {
  try {
    return broadcast("matmul", front_of(x), front_of(y));
  } catch (const Error&) {  // it would tell of these dimensions as if they were all
    fail(
        "[matmul] got shapes {} and {}, expected sizes in front of the matrices that are equal or "
        "1; try reshape",
        x.shape().str(), y.shape().str());
  }
}

// The dimensions in front: steps in the result and in both operands. 0 in an
// operand repeats it, in the result sums over it.
using Loops = Walk<3>;

Loops loops_of(const Shape& full, const Tensor& to, const Operand& left, const Operand& right) {
  Loops loops;
  for (int axis = 0; axis < full.rank(); ++axis) {
    const auto step = [&](const Tensor& x) {
      const Shape batch = front_of(x);
      const Index matrix = x.shape()[x.rank() - 2] * x.shape()[x.rank() - 1];
      return matrix * stretched_step(batch, full, axis);
    };
    loops.add({full[axis], {step(to), step(left.x), step(right.x)}});
  }
  return loops;
}

// to = left right, or to += left right. Where `to` lacks a dimension in front
// that the operands have, the products along it are summed, in order.
void multiply(Tensor& to, Write write, const Operand& left, const Operand& right) {
  if (to.numel() == 0) return;
  Loops all = loops_of(front_of(left.x, right.x), to, left, right);
  MatrixView a = left.first(), b = right.first();
  // Matrices that lie one below the other are one: rows of the result where b
  // repeats, inner rows where the result is a sum.
  for (; all.rank() > 0; all.take_last()) {
    const auto& [size, step] = all[all.rank() - 1];
    if (!a.transposed && step == std::array{a.rows * b.columns, a.rows * a.columns, Index(0)}) {
      a.rows *= size;
    } else if (a.transposed && !b.transposed &&
               step == std::array{Index(0), a.columns * a.rows, b.rows * b.columns}) {
      a.columns *= size;
      b.rows *= size;
    } else {
      break;
    }
  }
  Loops kept, summed;
  for (std::size_t i = 0; i < all.rank(); ++i) {
    (all[i].steps[0] == 0 ? summed : kept).add(all[i]);
  }
  const Index sums = summed.places();
  if (sums == 0) {
    if (write == Write::overwrite) std::ranges::fill(to.mutable_data(), Scalar(0));
    return;
  }
  if (kept.places() == 1 && sums == 1) {
    gemm(a, b, write == Write::add ? 1 : 0, to.mutable_data().data());
    return;
  }
  // Small products go to a thread together, large ones tile by tile.
  const Index m = a.rows, n = b.columns;
  const Tiling cut = tiling(m, n, a.columns);
  const double work = static_cast<double>(m * n) * static_cast<double>(a.columns * sums);
  const auto grain = static_cast<Index>(std::clamp(
      static_cast<double>(1 << 20) * static_cast<double>(cut.count) / (work + 1), 1.0, 65536.0));
  Scalar* const c = to.mutable_data().data();
  parallel_for(kept.places() * cut.count, grain, [&](Index begin, Index end) {
    for (Index part = begin; part < end; ++part) {
      const Tile tile = cut[part % cut.count];
      const std::array<Index, 3> place = kept.offsets(part / cut.count);
      for (Index i = 0; i < sums; ++i) {
        const std::array<Index, 3> term = summed.offsets(i);
        MatrixView p = a, q = b;
        p.data += place[1] + term[1];
        q.data += place[2] + term[2];
        const bool adds = write == Write::add || i > 0;
        gemm_tile(p, q, adds ? 1 : 0, c + place[0], n, tile);
      }
    }
  });
}

/// c = a b;  da = dc b^T, db = a^T dc, summed where an operand was repeated.
/// With an operand stored transposed, its gradient is the transpose of that:
/// da = b dc^T, db = dc^T a.
struct Matmul {
  static constexpr const char* kName = "matmul";
  MatmulOptions t;
  Saved a{0}, b{1};

  Tensor forward(const Tensor& x, const Tensor& y) {
    if (x.rank() < 2 || y.rank() < 2) {
      fail("[matmul] got shapes {} and {}, expected two matrices or more of them; try reshape",
           x.shape().str(), y.shape().str());
    }
    const Operand left{x, t.transpose_a}, right{y, t.transpose_b};
    const Index inner = left.first().columns, other = right.first().rows;
    if (inner != other) {
      fail("[matmul] got shapes {}{} and {}{}, expected equal inner sizes, not {} and {}",
           x.shape().str(), t.transpose_a ? " transposed" : "", y.shape().str(),
           t.transpose_b ? " transposed" : "", inner, other);
    }
    a = x;
    b = y;
    const Shape batch = front_of(x, y);
    std::array<Index, kMaxRank> sizes{};
    const auto end = std::copy(batch.begin(), batch.end(), sizes.begin());
    end[0] = left.first().rows;
    end[1] = right.first().columns;
    Tensor c = Tensor::uninitialized(Shape(std::span(sizes.begin(), end + 2)));
    multiply(c, Write::overwrite, left, right);
    return c;
  }

  double multiply_adds(const Shape& output) const {
    const Index inner = a.shape()[a.shape().rank() - (t.transpose_a ? 2 : 1)];
    return static_cast<double>(output.numel()) * static_cast<double>(inner);
  }

  void backward(const Tensor& dc, const Gradients& d) const {
    const auto product = [](const Operand& left, const Operand& right) {
      return [=](Tensor& to, Write write) { multiply(to, write, left, right); };
    };
    const bool ta = t.transpose_a, tb = t.transpose_b;
    const Tensor &x = a.get(), &y = b.get();
    d[0].fill(ta ? product({y, tb}, {dc, true}) : product({dc, false}, {y, !tb}));
    d[1].fill(tb ? product({dc, true}, {x, ta}) : product({x, !ta}, {dc, false}));
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
