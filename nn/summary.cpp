#include "nn/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tensor/error.h"

namespace gradus::nn {
namespace {

// The output shapes of each module in one run.
struct Shapes final : CallObserver {
  std::map<const Module*, std::vector<Shape>> of;
  void called(const Module& module, std::span<const Variable> outputs) override {
    std::vector<Shape>& shapes = of[&module];
    shapes.clear();
    for (const Variable& output : outputs) shapes.push_back(output.shape());
  }
};

std::string batch_shape(const Shape& shape) {
  if (shape.rank() == 0) return "()";  // one number for all samples, as of a loss
  const std::string rest = fmt::format("{}", fmt::join(shape.begin() + 1, shape.end(), ", "));
  return rest.empty() ? "(None,)" : "(None, " + rest + ")";
}

// One shape as it is, several as "[(None, 2), (None, 2)]".
std::string batch_shapes(const std::vector<Shape>& shapes) {
  if (shapes.size() == 1) return batch_shape(shapes.front());
  std::vector<std::string> texts;
  for (const Shape& shape : shapes) texts.push_back(batch_shape(shape));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

// 487072 as "487,072".
std::string grouped(Index number) {
  std::string digits = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), ",");
  }
  return digits;
}

struct Row {
  std::string name, shape, parameters;
};

class Rows final : public Reflector {
 public:
  Rows(const Shapes& shapes, std::vector<Row>& rows, int depth)
      : shapes_(shapes), rows_(rows), depth_(depth) {}
  void operator()(std::string_view name, Module& child) override {
    const auto shape = shapes_.of.find(&child);
    rows_.push_back({fmt::format("{:{}}{} ({})", "", 2 * depth_, name, child.type()),
                     shape == shapes_.of.end() ? "not run" : batch_shapes(shape->second),
                     grouped(child.parameter_count())});
    Rows inner(shapes_, rows_, depth_ + 1);
    child.reflect(inner);
  }

 private:
  const Shapes& shapes_;
  std::vector<Row>& rows_;
  int depth_;
};

}  // namespace

std::string summary(Layer& model, const Shape& sample) {
  Shapes shapes;
  {
    const NoGrad no_grad;
    model(Variable(Tensor::zeros(sample.batch_of(1))));
  }
  std::vector<Row> rows{{"Layer (type)", "Output Shape", "Param #"}};
  Rows walk(shapes, rows, 0);
  model.reflect(walk);

  std::size_t name_width = 0, shape_width = 0, count_width = 0;
  for (const Row& row : rows) {
    name_width = std::max(name_width, row.name.size());
    shape_width = std::max(shape_width, row.shape.size());
    count_width = std::max(count_width, row.parameters.size());
  }
  const std::string line(name_width + shape_width + count_width + 6, '-');
  std::string text = fmt::format("Model: {}\n{}\n", model.type(), line);
  for (const Row& row : rows) {
    text += fmt::format("{:<{}}   {:<{}}   {:>{}}\n", row.name, name_width, row.shape, shape_width,
                        row.parameters, count_width);
    if (&row == &rows.front()) text += line + "\n";
  }
  Index trainable = 0;
  for (const NamedParameter& p : model.parameters()) {
    if (p.variable.requires_grad()) trainable += p.variable.value().numel();
  }
  const Index total = model.parameter_count();
  return text +
         fmt::format("{}\nTotal params: {}\nTrainable params: {}\nNon-trainable params: {}\n", line,
                     grouped(total), grouped(trainable), grouped(total - trainable));
}

}  // namespace gradus::nn
