#include "tests/autograd/table/rows.h"

namespace gradus::test {
namespace {

/// sum and mean over some axes (none: all), whose dimensions stay or go.
template <int... axes>
void add_reductions(std::vector<Operation>& rows, const std::string& name, Index least_rank) {
  for (const bool keep : {false, true}) {
    const auto is_reduced = [](Index axis, Index rank) {
      return sizeof...(axes) == 0 || ((axis == (axes < 0 ? axes + rank : axes)) || ...);
    };
    const auto total = [=](const Array& x) {
      Indices kept = x.sizes, rest;
      for (Index axis = 0; axis < x.rank(); ++axis) {
        Index& size = kept[static_cast<std::size_t>(axis)];
        if (is_reduced(axis, x.rank())) {
          size = 1;
        } else {
          rest.push_back(size);
        }
      }
      Array y = summed_to(x, kept);
      if (!keep) y.sizes = rest;
      return y;
    };
    const auto average = [=](const Array& x) {
      Array y = total(x);
      for (double& value : y.values) {
        value *= static_cast<double>(y.values.size()) / static_cast<double>(x.values.size());
      }
      return y;
    };
    const std::string suffix = name + (keep ? "_keep_dims" : "");
    rows.push_back({"sum_" + suffix, [keep](Xs x) { return sum(x[0], {axes...}, keep); },
                    [=](Arrays x) { return total(x[0]); }, equal(1, least_rank)});
    rows.push_back({"mean_" + suffix, [keep](Xs x) { return mean(x[0], {axes...}, keep); },
                    [=](Arrays x) { return average(x[0]); }, equal(1, least_rank)});
  }
}

}  // namespace

Family reduction_family() {
  Family family{"Reductions", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"sum", "sum(x, axes, keep_dims)", "y = sum of x over the axes", "dx repeats dy along the axes", "without the axes, or with size 1 there", "an axis that is not there or named twice"},
      {"mean", "mean(x, axes, keep_dims)", "y = sum of x over the axes / n", "dx repeats dy / n along the axes", "without the axes, or with size 1 there", "an axis that is not there or named twice"},
  };
  // clang-format on
  add_reductions<>(family.rows, "all", 0);
  add_reductions<0>(family.rows, "first", 1);
  add_reductions<-1>(family.rows, "last", 1);
  add_reductions<0, -1>(family.rows, "first_and_last", 2);
  add_reductions<1>(family.rows, "second", 3);
  return family;
}

}  // namespace gradus::test
