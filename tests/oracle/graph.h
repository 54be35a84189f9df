// Random graphs of operations, drawn so that a difference between two ways to
// compute them means an error and not rounding.
#pragma once

#include <string>
#include <vector>

#include "autograd/variable.h"
#include "tests/oracle/rows.h"

namespace gradus::test {

/// A leaf, or a step that applies a row to nodes before it.
struct OracleNode {
  Tensor leaf = {};          ///< undefined: a step
  bool is_constant = false;  ///< a leaf through which no gradient flows
  const OracleRow* row = nullptr;
  std::vector<std::size_t> inputs = {};
  int depth = 0;  ///< steps on the longest way here
};

/// The last node has one element and depends on all others.
using OracleGraph = std::vector<OracleNode>;

/// What gradus makes of a graph; one tensor a node.
struct OracleRun {
  std::vector<Tensor> values, gradients;
};

/// By the graph alone: the gradients of steps are undefined, as those of constants.
OracleRun run(const OracleGraph& graph);

/// With a leaf of zeros added to every node, which catches the gradient there. With
/// `noise` each element of a node is multiplied by a random number so close to 1,
/// and the gradient that passes it by another: as rounding does, only more.
OracleRun run_with_probes(const OracleGraph& graph, double noise = 0, Random* random = nullptr);

struct OracleDraw {
  OracleGraph graph;
  int rejected = 0;  ///< graphs drawn before it that were ill-conditioned
};

/// A graph of some `depth` (at least 5). Noise of 0.1% changes none of its
/// values and gradients by more than 4%, in the measure of `oracle_error`: so
/// rounding is amplified at most some fortyfold, and nothing lies near a kink. What
/// an operation cancels within itself noise does not see; there `Domain` must help.
/// Throws `Error` where it finds none.
OracleDraw draw_graph(Random& random, int depth);

/// The largest difference over the largest magnitude; 0 for two of zeros.
double oracle_error(const Tensor& a, const Tensor& b);

}  // namespace gradus::test
