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

}  // namespace

Family shaping_family() {
  Family family{"Shapes", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"reshape", "reshape(x, shape)", "y has the elements of x, in order", "dx = dy under the shape of x", "any to any of as many elements", "another number of elements"},
      {"transpose", "transpose(x)", "y_ji = x_ij", "dx_ij = dy_ji", "(m, n) to (n, m)", "no matrix"},
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
  return family;
}

}  // namespace gradus::test
