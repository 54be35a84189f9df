#include "tests/autograd/table/rows.h"

namespace gradus::test {
namespace {

/// A matrix, now and then with no row or no column.
std::vector<Shape> matrix(Random& random, Limit limit) {
  const auto size = [&] { return random.below(std::min<Index>(limit.size, 100) + 1); };
  return {{size(), size()}};
}

/// The sizes in reverse order.
Indices reversed(Indices sizes) {
  std::ranges::reverse(sizes);
  return sizes;
}
/// Every size of 1 becomes 3, and a dimension of 2 comes in front.
Indices enlarged(Indices sizes) {
  std::ranges::replace(sizes, 1, 3);
  sizes.insert(sizes.begin(), 2);
  return sizes;
}
/// The first dimension goes, and every second of the others gets size 1.
Indices shrunk(Indices sizes) {
  if (!sizes.empty()) sizes.erase(sizes.begin());
  for (std::size_t axis = 0; axis < sizes.size(); axis += 2) sizes[axis] = 1;
  return sizes;
}

/// permute or transpose: dimension i of the result is dimension axis(i, rank) of x.
void add_permute(std::vector<Operation>& rows, const std::string& name, Index least_rank,
                 int (*axis)(int i, int rank), std::function<Variable(const Variable&)> function) {
  const auto reference = [axis](Arrays x) {
    const auto rank = static_cast<int>(x[0].rank());
    const auto source = [=](int i) { return static_cast<std::size_t>(axis(i, rank)); };
    Indices sizes(x[0].sizes.size()), from(sizes);
    for (int i = 0; i < rank; ++i) sizes[static_cast<std::size_t>(i)] = x[0].sizes[source(i)];
    return tabulate(sizes, [&](const Indices& place) {
      for (int i = 0; i < rank; ++i) from[source(i)] = place[static_cast<std::size_t>(i)];
      return x[0].at(from);
    });
  };
  rows.push_back(
      {name, [function](Xs x) { return function(x[0]); }, reference, equal(1, least_rank)});
}
/// permute(x) with the axes that `axis` says.
auto permuted_by(int (*axis)(int i, int rank)) {
  return [axis](const Variable& x) {
    std::vector<int> axes;
    for (int i = 0; i < x.value().rank(); ++i) axes.push_back(axis(i, x.value().rank()));
    return permute(x, axes);
  };
}
int reverse(int i, int rank) { return rank - 1 - i; }
int rotate(int i, int rank) { return (i + 1) % rank; }
int swap_last(int i, int rank) { return i < rank - 2 ? i : 2 * rank - 3 - i; }
int swap_first(int i, int) { return i < 2 ? 1 - i : i; }

}  // namespace

Family shaping_family() {
  Family family{"Shapes", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"reshape", "reshape(x, shape)", "y has the elements of x, in order", "dx = dy under the shape of x", "any to any of as many elements", "another number of elements"},
      {"permute", "permute(x, axes)", "y has the dimensions of x in the order of the axes", "dx = dy in the order before", "any", "axes that do not name each dimension once"},
      {"transpose", "transpose(x), transpose(x, a, b)", "y_ji = x_ij", "dx_ij = dy_ji", "(m, n) to (n, m), or two of any swapped", "no matrix, a dimension that is not there"},
      {"broadcast_to", "broadcast_to(x, shape)", "y repeats x along dimensions that x lacks or has with size 1", "dx sums dy over these", "any to one it broadcasts to", "one it does not broadcast to"},
      {"sum_to", "sum_to(x, shape)", "y sums x over dimensions that y lacks or has with size 1", "dx repeats dy along these", "any to one that broadcasts to it", "one that does not"},
  };
  family.rows = {
      // name, function, reference, shapes, range of the inputs
      {"reshape", [](Xs x) { return reshape(x[0], Shape(reversed(sizes_of(x[0].shape())))); },
       [](Arrays x) { return Array{reversed(x[0].sizes), x[0].values}; }, equal(1)},
      {"transpose", [](Xs x) { return transpose(x[0]); },
       [](Arrays x) { return tabulate(reversed(x[0].sizes), [&](const Indices& i) { return x[0].at({i[1], i[0]}); }); },
       matrix},
      {"broadcast_to", [](Xs x) { return broadcast_to(x[0], Shape(enlarged(sizes_of(x[0].shape())))); },
       [](Arrays x) { return tabulate(enlarged(x[0].sizes), [&](const Indices& i) { return x[0].at(i); }); }, equal(1)},
      {"sum_to", [](Xs x) { return sum_to(x[0], Shape(shrunk(sizes_of(x[0].shape())))); },
       [](Arrays x) { return summed_to(x[0], shrunk(x[0].sizes)); }, equal(1)},
  };
  // clang-format on
  add_permute(family.rows, "permute_reversed", 0, reverse, permuted_by(reverse));
  add_permute(family.rows, "permute_rotated", 0, rotate, permuted_by(rotate));
  add_permute(family.rows, "permute_first_two", 2, swap_first, permuted_by(swap_first));
  add_permute(family.rows, "transpose_last_two", 2, swap_last,
              [](const Variable& x) { return transpose(x, -1, -2); });
  add_permute(family.rows, "transpose_first_two", 2, swap_first,
              [](const Variable& x) { return transpose(x, 0, 1); });
  return family;
}

}  // namespace gradus::test
