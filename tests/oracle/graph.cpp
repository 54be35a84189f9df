#include "tests/oracle/graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/ops.h"

namespace gradus::test {
namespace {

constexpr int kTries = 400;  // of graphs for one draw
constexpr int kJoin = 4;     // steps that lead from the deepest node to the last one, or fewer
constexpr double kNoise = 1e-3, kAmplification = 40;
constexpr int kNoisyRuns = 6;  // one may by chance change little

double largest(const Tensor& x) {
  double result = 0;
  for (const Scalar value : x.data()) {
    if (!std::isfinite(value)) return std::numeric_limits<double>::infinity();
    result = std::max(result, std::abs(static_cast<double>(value)));
  }
  return result;
}

class Drawing {
 public:
  Drawing(Random& random, int depth) : random_(random), depth_(std::max(1, depth - kJoin)) {
    // Most are small, where shapes vary most; some fill whole vectors.
    elements_ = random_.below(10) == 0 ? 600 : 48;
    size_ = elements_ == 600 ? 12 : 4;
  }

  OracleGraph draw() {
    const NoGrad no_grad;
    for (Index leaves = 1 + random_.below(3); leaves > 0; --leaves) leaf(any_shape());
    while (deepest() < depth_) attempt();
    join();
    return std::move(graph_);
  }

 private:
  std::size_t last() const { return graph_.size() - 1; }
  const Shape& shape(std::size_t node) const { return values_[node].shape(); }
  int deepest() const { return std::ranges::max(graph_, {}, &OracleNode::depth).depth; }

  Shape any_shape() {
    for (;;) {
      std::vector<Index> sizes(static_cast<std::size_t>(random_.below(5)));
      for (Index& size : sizes) size = 1 + random_.below(size_);
      const Shape drawn(sizes);
      if (drawn.numel() <= elements_) return drawn;
    }
  }

  std::size_t leaf(const Shape& shape) {
    Tensor values = Tensor::uninitialized(shape);
    for (Scalar& value : values.mutable_data()) {
      value = static_cast<Scalar>(random_.between(-2, 2));
    }
    graph_.push_back({.leaf = values, .is_constant = !graph_.empty() && random_.below(5) == 0});
    values_.emplace_back(values);
    uses_.push_back(0);
    return last();
  }

  std::size_t step(const OracleRow& row, const std::vector<std::size_t>& inputs) {
    std::vector<Variable> xs;
    int depth = 0;
    for (const std::size_t input : inputs) {
      xs.push_back(values_[input]);
      depth = std::max(depth, graph_[input].depth);
      ++uses_[input];
    }
    values_.push_back(row.function(xs));
    graph_.push_back({.row = &row, .inputs = inputs, .depth = depth + 1});
    uses_.push_back(0);
    return last();
  }

  /// An input made of `node` that lies in `domain`.
  std::size_t settle(std::size_t node, Domain domain) {
    static const OracleRow &abs = oracle_row("torch.abs(a)"), &shift = oracle_row("a + 0.5");
    static const OracleRow &div = oracle_row("a / b"), &add = oracle_row("a + b");
    static const OracleRow &log = oracle_row("torch.log(a)"), &quarter = oracle_row("0.25 * a");
    static const OracleRow& sigmoid = oracle_row("torch.sigmoid(a)");
    for (;;) {
      const double size = largest(values_[node].value());
      if (size <= (domain == Domain::small || domain == Domain::tiny ? 1 : 3)) break;
      const std::size_t shifted = step(shift, {step(abs, {node})});
      // x / (|x| + 1/2) keeps the sign, but its gradient is a difference, of numbers
      // that are close where |x| is large; there ln(|x| + 1/2) comes first.
      node = size < 10 ? step(div, {node, shifted}) : step(log, {shifted});
    }
    if (domain == Domain::positive) return step(shift, {step(abs, {node})});
    if (domain == Domain::tiny) return step(quarter, {node});
    if (domain == Domain::unit) return step(sigmoid, {node});
    if (domain == Domain::apart) return step(add, {node, leaf(shape(node))});
    return node;
  }

  /// A node that fits: mostly one of the deepest, sometimes one used before.
  template <class Fits>
  std::optional<std::size_t> pick(const Fits& fits) {
    std::vector<std::size_t> all, unused;
    for (std::size_t node = 0; node < graph_.size(); ++node) {
      if (!fits(shape(node))) continue;
      all.push_back(node);
      if (uses_[node] == 0) unused.push_back(node);
    }
    if (all.empty()) return std::nullopt;
    const Index choice = random_.below(8);
    if (choice < 4) {
      return *std::ranges::max_element(all, {}, [&](std::size_t n) { return graph_[n].depth; });
    }
    const std::vector<std::size_t>& from = choice < 6 && !unused.empty() ? unused : all;
    return from[static_cast<std::size_t>(random_.below(std::ssize(from)))];
  }

  /// Another input: a node of that shape (or one that broadcasts), or a new leaf.
  std::size_t other(const Inputs& inputs, const Shape& first, const Shape& wanted) {
    const auto fits = [&](const Shape& shape) {
      if (shape == wanted) return true;
      return inputs.broadcast && (broadcasts_to(shape, first) || broadcasts_to(first, shape));
    };
    const std::optional<std::size_t> found = random_.below(3) == 0 ? std::nullopt : pick(fits);
    return found ? *found : leaf(wanted);
  }

  /// Takes back all nodes from number `from` on.
  void undo(std::size_t from) {
    for (; graph_.size() > from; graph_.pop_back(), values_.pop_back(), uses_.pop_back()) {
      for (const std::size_t input : graph_.back().inputs) --uses_[input];
    }
  }

  /// One more step of a random operation, where it fits and grows neither too large
  /// nor too deep.
  void attempt() {
    static const std::vector<std::vector<const OracleRow*>> operations = [] {
      std::map<std::string, std::vector<const OracleRow*>> by_name;
      for (const OracleRow& row : oracle_rows()) by_name[row.operation].push_back(&row);
      std::vector<std::vector<const OracleRow*>> all;
      for (const auto& [name, rows] : by_name) all.push_back(rows);
      return all;
    }();
    const auto& variants =
        operations[static_cast<std::size_t>(random_.below(std::ssize(operations)))];
    const OracleRow& row = *variants[static_cast<std::size_t>(random_.below(std::ssize(variants)))];
    const std::optional<std::size_t> first = pick(row.inputs.fits);
    if (!first) return;
    const std::size_t before = graph_.size();
    const Shape shape_of_first = shape(*first);
    std::vector<std::size_t> nodes{*first};
    for (const Shape& wanted : row.inputs.others(shape_of_first, random_)) {
      nodes.push_back(other(row.inputs, shape_of_first, wanted));
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      nodes[i] = settle(nodes[i], i < row.domains.size() ? row.domains[i] : Domain::tame);
    }
    const Shape& made = shape(step(row, nodes));
    if (made.numel() > elements_ || made.rank() > 4 || deepest() > depth_) undo(before);
  }

  /// Every node that nothing uses, weighted, becomes part of one number.
  void join() {
    static const OracleRow &mul = oracle_row("a * b"), &mean = oracle_row("a.mean()");
    static const OracleRow& add = oracle_row("a + b");
    std::vector<std::size_t> parts;
    for (std::size_t node = 0, drawn = graph_.size(); node < drawn; ++node) {
      if (uses_[node] == 0) parts.push_back(step(mean, {step(mul, {node, leaf(shape(node))})}));
    }
    while (parts.size() >
           1) {  // the two least deep first, so that the sum is not deeper than need be
      std::ranges::sort(parts, std::greater(), [&](std::size_t n) { return graph_[n].depth; });
      const std::size_t a = parts.back(), b = parts[parts.size() - 2];
      parts.resize(parts.size() - 2);
      parts.push_back(step(add, {a, b}));
    }
  }

  Random& random_;
  int depth_;
  Index elements_, size_;
  OracleGraph graph_;
  std::vector<Variable> values_;
  std::vector<int> uses_;
};

/// The largest error between two runs; where one is not finite, infinite.
double worst_error(const OracleRun& a, const OracleRun& b) {
  double worst = 0;
  for (std::size_t node = 0; node < a.values.size(); ++node) {
    worst = std::max(worst, oracle_error(a.values[node], b.values[node]));
    worst = std::max(worst, oracle_error(a.gradients[node], b.gradients[node]));
  }
  return worst;
}

}  // namespace

double oracle_error(const Tensor& a, const Tensor& b) {
  const double size = std::max(largest(a), largest(b));
  double worst = 0;
  for (std::size_t i = 0; i < a.data().size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(a.data()[i]) - b.data()[i]));
  }
  if (worst == 0 && std::isfinite(size)) return 0;
  return std::isfinite(size) ? worst / size : size;
}

OracleRun run(const OracleGraph& graph) {
  std::vector<Variable> nodes;
  for (const OracleNode& node : graph) {
    if (node.row == nullptr) {
      nodes.emplace_back(node.leaf, !node.is_constant);
      continue;
    }
    std::vector<Variable> inputs;
    for (const std::size_t input : node.inputs) inputs.push_back(nodes[input]);
    nodes.push_back(node.row->function(inputs));
  }
  nodes.back().backward();
  OracleRun result;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    const bool is_variable = graph[i].row == nullptr && !graph[i].is_constant;
    const Variable& x = nodes[i];
    result.values.push_back(x.value());
    result.gradients.push_back(!is_variable   ? Tensor()
                               : x.has_grad() ? x.grad().clone()
                                              : Tensor::zeros(x.shape()));
  }
  return result;
}

OracleRun run_with_probes(const OracleGraph& graph, double noise, Random* random) {
  // Numbers close to 1.
  const auto factor = [&](const Shape& shape) {
    Tensor result = Tensor::ones(shape);
    for (Scalar& value : result.mutable_data()) {
      value += static_cast<Scalar>(random->between(-noise, noise));
    }
    return Variable(result);
  };
  std::vector<Variable> nodes, probes;
  for (const OracleNode& node : graph) {
    std::vector<Variable> inputs;
    for (const std::size_t input : node.inputs) inputs.push_back(nodes[input]);
    const Variable y = node.row == nullptr ? Variable(node.leaf) : node.row->function(inputs);
    probes.emplace_back(Tensor::zeros(y.shape()), true);
    nodes.push_back(y + probes.back());
    if (noise > 0) {
      // Value and gradient are off independently of each other, as by rounding.
      const Variable forward = factor(y.shape()), backward = factor(y.shape());
      nodes.back() = nodes.back() * backward + y.detach() * (forward - backward);
    }
  }
  nodes.back().backward();
  OracleRun result;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    const Variable& x = probes[i];
    result.values.push_back(nodes[i].value());
    result.gradients.push_back(x.has_grad() ? x.grad().clone() : Tensor::zeros(x.shape()));
  }
  return result;
}

OracleDraw draw_graph(Random& random, int depth) {
  for (int rejected = 0; rejected < kTries; ++rejected) {
    const OracleGraph graph = Drawing(random, depth).draw();
    const OracleRun exact = run_with_probes(graph);
    bool good = true;
    for (int i = 0; good && i < kNoisyRuns; ++i) {
      good = worst_error(exact, run_with_probes(graph, kNoise, &random)) <= kAmplification * kNoise;
    }
    if (good) return {graph, rejected};
  }
  fail("[oracle] found no well-conditioned graph of depth {} in {} draws", depth, kTries);
}

}  // namespace gradus::test
