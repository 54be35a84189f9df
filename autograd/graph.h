// The graph of a result, drawn.
//
// Thread safety: as the graph's (node.h).
#pragma once

#include <string>

#include "autograd/parameter.h"

namespace gradus {

struct GraphOptions {
  Parameters parameters = {};  ///< leaves that are among them are drawn with their names
  bool gradients = false;      ///< whether leaves show norm and mean of their gradient
};

/// The graph of `y` as text in Graphviz' language DOT: a box for each leaf, an
/// ellipse for each operation with its shape and module, and an edge for each
/// input through which a gradient flows, from what was computed first to `y`.
/// Nodes are numbered in the order in which they were made, so the same program
/// gives the same text. What an earlier backward freed is drawn as freed. Throws
/// `Error` where `y` has no graph.
std::string to_dot(const Variable& y, const GraphOptions& options = {});

/// The same as an SVG picture, by Graphviz' program `dot`. Throws `Error` where
/// that is not installed or fails.
std::string to_svg(const Variable& y, const GraphOptions& options = {});

}  // namespace gradus
