// Walking the graph backwards.
//
// Two ways, from the same nodes. `backward` (Variable::backward) is the fast
// one: kernels write straight into gradient slots, and each node is freed as
// soon as it has been passed. `grad` computes with Variables through each
// operation's rule, so that its result can be differentiated again.
//
// Both collect the nodes without recursion and take them newest first: creation
// order is an order in which every node comes after its parents. A chain of a
// million nodes needs no stack.
//
// Thread safety: see node.h.
#pragma once

#include <span>
#include <vector>

#include "autograd/variable.h"

namespace gradus {

/// d y / d x for each x, as Variables that can themselves be differentiated
/// (Hessian-vector products, gradient penalties). The graph stays, and no
/// leaf's gradient is touched. An x that y does not depend on has gradient 0.
/// Throws `Error` where y has not exactly one element, its graph was freed, or an
/// x was made without requires_grad.
std::vector<Variable> grad(const Variable& y, std::span<const Variable> xs);
/// The same with `seed`, of y's shape, as the gradient of y.
std::vector<Variable> grad(const Variable& y, std::span<const Variable> xs, const Variable& seed);

}  // namespace gradus
