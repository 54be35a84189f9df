#include "tests/autograd/operation_table.h"

#include "tests/autograd/table/rows.h"

namespace gradus::test {

const std::vector<Family>& families() {
  static const std::vector<Family> all = {
      arithmetic_family(), unary_family(),   shaping_family(),       indexing_family(),
      reduction_family(),  product_family(), normalisation_family(), loss_family()};
  return all;
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> rows = [] {
    std::vector<Operation> all;
    for (const Family& family : families()) {
      all.insert(all.end(), family.rows.begin(), family.rows.end());
    }
    return all;
  }();
  return rows;
}

std::string entry_of(const Operation& row) {
  std::string best;
  for (const Family& family : families()) {
    for (const Entry& entry : family.entries) {
      const bool fits = row.name == entry.name || row.name.starts_with(entry.name + '_');
      if (fits && entry.name.size() > best.size()) best = entry.name;
    }
  }
  return best;
}

std::vector<Tensor> draw_inputs(const Operation& operation, Random& random, Limit limit) {
  const auto [low, high] = operation.range;
  std::vector<Tensor> inputs;
  for (const Shape& shape : operation.shapes(random, limit)) {
    Tensor x = Tensor::uninitialized(shape);
    // A whole number, 0.4 or 0.5 or 0.6, and a little: see Range.
    const double offset = 0.4 + 0.1 * static_cast<double>(inputs.size());
    for (Scalar& value : x.mutable_data()) {
      value = static_cast<Scalar>(low + static_cast<double>(random.below(high - low)) + offset +
                                  random.between(-0.02, 0.02));
    }
    inputs.push_back(x);
  }
  return inputs;
}

}  // namespace gradus::test
