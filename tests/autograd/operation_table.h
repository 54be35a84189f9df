// Every operation on Variables, in one table: what the tests know about each.
//
// A new operation needs an entry and one row or more in a file of table/ and is
// then tested for its value, its kernels, its rule and its second derivatives
// (operations_test.cpp), and described in docs/operations.md.
#pragma once

#include <functional>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "autograd/variable.h"
#include "tests/autograd/array.h"

namespace gradus::test {

/// Random numbers for shapes and values; the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// One of 0, 1, ..., n - 1.
  Index below(Index n) { return static_cast<Index>(engine_() % static_cast<std::uint64_t>(n)); }
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }

 private:
  std::mt19937_64 engine_;
};

/// How large drawn shapes may become.
struct Limit {
  Index size;      ///< of one dimension
  Index elements;  ///< of one input
};
inline constexpr Limit kSmall{4, 36};       // the time of differences grows with its square
inline constexpr Limit kLarge{200, 20000};  // several chunks of kElementGrain, whole vectors

/// Inputs lie in this range, at least 0.3 from 0, where relu and abs bend, and
/// 0.06 from those of the other inputs, where |x - t| does.
struct Range {
  int low, high;
};

struct Operation {
  std::string name;  ///< that of its entry, or this and more behind '_'
  std::function<Variable(std::span<const Variable>)> function;
  /// The value as plain loops give it.
  std::function<Array(Arrays)> reference;
  /// Random shapes of the inputs.
  std::function<std::vector<Shape>(Random&, Limit)> shapes;
  Range range{-2, 2};
  /// Whether the function is smooth at and around these inputs; if not, other
  /// inputs are drawn for the comparisons with differences.
  std::function<bool(Arrays)> smooth = [](Arrays) { return true; };
};

/// For the names of the tests.
inline void PrintTo(const Operation& operation, std::ostream* out) { *out << operation.name; }

/// What docs/operations.md says of an operation.
struct Entry {
  std::string name;      ///< "softmax"
  std::string call;      ///< "softmax(x, axis)"
  std::string formula;   ///< "y = e^x / sum of e^x along the axis"
  std::string gradient;  ///< "dx = y (dy - sum of dy y)"
  std::string shapes;    ///< "any", "broadcast", "(m, n) to (n, m)"
  std::string errors;    ///< what is refused; empty: nothing
};

struct Family {
  std::string title;
  std::vector<Entry> entries;
  std::vector<Operation> rows;
};

const std::vector<Family>& families();
/// The rows of all families.
const std::vector<Operation>& operations();

/// The name of the entry that a row belongs to: the longest that its own begins with.
std::string entry_of(const Operation& row);

/// Random inputs for `operation`.
std::vector<Tensor> draw_inputs(const Operation& operation, Random& random, Limit limit);

}  // namespace gradus::test
