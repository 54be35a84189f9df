#include "tests/autograd/table/rows.h"

namespace gradus::test {
namespace {

// The numbers that one element of a result is made of.
using Slice = std::vector<double>;

double sum_of(const Slice& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum;
}
double mean_of(const Slice& x) { return sum_of(x) / static_cast<double>(x.size()); }
double max_of(const Slice& x) { return *std::ranges::max_element(x); }
double min_of(const Slice& x) { return *std::ranges::min_element(x); }
template <int correction>
double var_of(const Slice& x) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double v : x) sum += (v - mean) * (v - mean);
  return sum / std::max(0.0, static_cast<double>(x.size()) - correction);
}
double logsumexp_of(const Slice& x) {
  double sum = 0;
  for (const double v : x) sum += std::exp(v);
  return std::log(sum);
}

/// The least distance of the largest from the second largest, or of the smallest.
double lead(Slice x, bool largest) {
  if (x.size() < 2) return 1;
  std::ranges::sort(x);
  return largest ? x.back() - x[x.size() - 2] : x[1] - x[0];
}

/// Reductions over some axes (none: all), whose dimensions stay or go.
template <int... axes>
class Over {
 public:
  Over(std::string name, Index least_rank, bool keep)
      : suffix_(std::move(name) + (keep ? "_keep_dims" : "")), least_(least_rank), keep_(keep) {}

  Operation row(const std::string& name, auto call, double (*f)(const Slice&)) const {
    return {name + "_" + suffix_,
            [call, keep = keep_](Xs x) { return call(x[0], {axes...}, keep); },
            [f, keep = keep_](Arrays x) { return taken(x[0], keep, f); }, equal(1, least_)};
  }
  /// The same where every slice holds something and what it chooses is far ahead.
  Operation choosing(const std::string& name, auto call, double (*f)(const Slice&),
                     bool largest) const {
    Operation result = row(name, call, f);
    result.range = {-4, 4};
    result.shapes = [any = result.shapes](Random& random, Limit limit) {
      for (;;) {
        const std::vector<Shape> shapes = any(random, limit);
        const Indices sizes = sizes_of(shapes[0]);
        if (numel(sizes) > 0 || numel(kept_of(sizes)) == 0) return shapes;
      }
    };
    result.smooth = [largest](Arrays x) {
      bool far = true;
      for (const Slice& slice : slices(x[0])) far = far && lead(slice, largest) > 0.5;
      return far;
    };
    return result;
  }
  /// The same where every slice holds more than one.
  Operation correcting(const std::string& name, auto call, double (*f)(const Slice&)) const {
    Operation result = row(name, call, f);
    result.smooth = [](Arrays x) {
      return std::ranges::all_of(slices(x[0]), [](const Slice& s) { return s.size() > 1; });
    };
    return result;
  }

 private:
  static bool is_reduced(Index axis, Index rank) {
    return sizeof...(axes) == 0 || ((axis == (axes < 0 ? axes + rank : axes)) || ...);
  }
  static Indices kept_of(Indices sizes) {
    for (Index axis = 0; axis < std::ssize(sizes); ++axis) {
      if (is_reduced(axis, std::ssize(sizes))) sizes[static_cast<std::size_t>(axis)] = 1;
    }
    return sizes;
  }
  static std::vector<Slice> slices(const Array& x) {
    Array number = tabulate(kept_of(x.sizes), [n = 0.0](const Indices&) mutable { return n++; });
    std::vector<Slice> result(number.values.size());
    tabulate(x.sizes, [&](const Indices& i) {
      result[static_cast<std::size_t>(number.at(i))].push_back(x.at(i));
      return 0.0;
    });
    return result;
  }
  static Array taken(const Array& x, bool keep, double (*f)(const Slice&)) {
    Array y{keep ? kept_of(x.sizes) : Indices{}, {}};
    for (Index axis = 0; !keep && axis < x.rank(); ++axis) {
      if (!is_reduced(axis, x.rank())) y.sizes.push_back(x.sizes[static_cast<std::size_t>(axis)]);
    }
    for (const Slice& slice : slices(x)) y.values.push_back(f(slice));
    return y;
  }

  std::string suffix_;
  Index least_;
  bool keep_;
};

template <int... axes>
void add_reductions(std::vector<Operation>& rows, const std::string& name, Index least_rank) {
  using Axes = std::initializer_list<int>;
  for (const bool keep : {false, true}) {
    const Over<axes...> over(name, least_rank, keep);
    const auto unbiased = [](const Variable& x, Axes a, bool k) { return var(x, a, k, 1); };
    const auto biased = [](const Variable& x, Axes a, bool k) { return var(x, a, k); };
    // clang-format off
    rows.push_back(over.row("sum", sum, sum_of));
    rows.push_back(over.row("mean", mean, mean_of));
    rows.push_back(over.choosing("max", static_cast<Variable (*)(const Variable&, Axes, bool)>(max), max_of, true));
    rows.push_back(over.choosing("min", static_cast<Variable (*)(const Variable&, Axes, bool)>(min), min_of, false));
    rows.push_back(over.row("var", biased, var_of<0>));
    rows.push_back(over.correcting("var_unbiased", unbiased, var_of<1>));
    rows.push_back(over.row("logsumexp", logsumexp, logsumexp_of));
    // clang-format on
  }
}

/// softmax and log_softmax along an axis.
void add_softmax(std::vector<Operation>& rows, const std::string& name, int axis,
                 Index least_rank) {
  const auto reference = [axis](bool log) {
    return [axis, log](Arrays x) {
      Indices kept = x[0].sizes;
      kept[static_cast<std::size_t>(axis < 0 ? axis + x[0].rank() : axis)] = 1;
      const auto exps =
          tabulate(x[0].sizes, [&](const Indices& i) { return std::exp(x[0].at(i)); });
      const Array sum = summed_to(exps, kept);
      return tabulate(x[0].sizes, [&](const Indices& i) {
        const double share = exps.at(i) / sum.at(i);
        return log ? std::log(share) : share;
      });
    };
  };
  rows.push_back({"softmax_" + name, [axis](Xs x) { return softmax(x[0], axis); }, reference(false),
                  equal(1, least_rank)});
  rows.push_back({"log_softmax_" + name, [axis](Xs x) { return log_softmax(x[0], axis); },
                  reference(true), equal(1, least_rank)});
}

}  // namespace

Family reduction_family() {
  Family family{"Reductions", {}, {}};
  const std::string shapes = "without the axes, or with size 1 there";
  const std::string axes = "an axis that is not there or named twice";
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"sum", "sum(x, axes, keep_dims)", "y = sum of x over the axes", "dx repeats dy along the axes", shapes, axes},
      {"mean", "mean(x, axes, keep_dims)", "y = sum of x over the axes / n", "dx repeats dy / n along the axes", shapes, axes},
      {"max", "max(x, axes, keep_dims)", "y = the largest x along the axes", "dx = dy / k at the k largest, else 0", shapes, axes + ", nothing to choose from"},
      {"min", "min(x, axes, keep_dims)", "y = the smallest x along the axes", "dx = dy / k at the k smallest, else 0", shapes, axes + ", nothing to choose from"},
      {"var", "var(x, axes, keep_dims, correction)", "y = sum of (x - mean)^2 / (n - correction)", "dx = 2 dy (x - mean) / (n - correction)", shapes, axes},
      {"logsumexp", "logsumexp(x, axes, keep_dims)", "y = ln(sum of e^x)", "dx = dy e^(x - y)", shapes, axes},
      {"softmax", "softmax(x, axis)", "y = e^x / sum of e^x along the axis", "dx = y (dy - sum of dy y)", "any of rank 1 or more", "an axis that is not there"},
      {"log_softmax", "log_softmax(x, axis)", "y = x - ln(sum of e^x) along the axis", "dx = dy - e^y sum of dy", "any of rank 1 or more", "an axis that is not there"},
  };
  // clang-format on
  add_reductions<>(family.rows, "all", 0);
  add_reductions<0>(family.rows, "first", 1);
  add_reductions<-1>(family.rows, "last", 1);
  add_reductions<0, -1>(family.rows, "first_and_last", 2);
  add_reductions<1>(family.rows, "second", 3);
  add_reductions<-1, 1>(family.rows, "second_and_last", 3);
  add_softmax(family.rows, "last", -1, 1);
  add_softmax(family.rows, "first", 0, 1);
  add_softmax(family.rows, "second", 1, 3);
  return family;
}

}  // namespace gradus::test
