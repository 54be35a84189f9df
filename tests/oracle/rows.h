// What the oracle knows of each operation: the same call in gradus and in PyTorch.
//
// A new operation needs one row in rows.cpp, or a reason why it has none.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "autograd/variable.h"
#include "tests/autograd/operation_table.h"

namespace gradus::test {

/// What an input is brought into before it is used, by steps of the graph itself,
/// so that thirty of them stay tame and well conditioned.
enum class Domain {
  tame,      ///< in [-3, 3]
  small,     ///< in [-1, 1]
  tiny,      ///< in [-1/4, 1/4]
  unit,      ///< sigmoid(x): in (0.04, 0.96)
  positive,  ///< |x| + 1/2
  apart,     ///< tame, and a leaf of the same shape added: no two elements are equal
};

/// Which inputs an operation takes.
struct Inputs {
  /// Whether the first may have this shape.
  std::function<bool(const Shape& first)> fits;
  /// The shapes of the others, drawn to fit the first.
  std::function<std::vector<Shape>(const Shape& first, Random&)> others;
  /// Whether the others may as well be any that broadcast with the first.
  bool broadcast = false;
};

struct OracleRow {
  std::string operation;                                   ///< its entry in the table of operations
  Variable (*function)(std::span<const Variable> inputs);  ///< in gradus
  std::string torch;                                       ///< in Python, of inputs a, b, c, ...
  Inputs inputs;
  std::vector<Domain> domains = {};  ///< of the inputs; tame where none is named
};

const std::vector<OracleRow>& oracle_rows();
/// The row of that Python text.
const OracleRow& oracle_row(const std::string& torch);
/// Operations without a row, and why.
const std::map<std::string, std::string>& oracle_exceptions();

}  // namespace gradus::test
