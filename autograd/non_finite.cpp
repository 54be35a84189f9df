#include "autograd/non_finite.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tensor/error.h"

namespace gradus {
namespace {

// A NaN's sign means nothing.
constexpr Scalar kNan = std::numeric_limits<Scalar>::quiet_NaN();

// "nan at (1, 0)" for the first element that is not finite; empty where there is none.
std::string first_non_finite(const Tensor& x) {
  const auto data = x.data();
  const auto found = std::ranges::find_if(data, [](Scalar v) { return !std::isfinite(v); });
  if (found == data.end()) return "";
  return fmt::format("{} at {}", std::isnan(*found) ? kNan : *found,
                     place_of(x.shape(), found - data.begin()));
}

std::string or_finite(const std::string& fault) { return fault.empty() ? "finite" : fault; }

}  // namespace

void StopAtNonFinite::called(const ForwardCall& call) {
  const std::string fault = first_non_finite(call.output);
  if (fault.empty()) return;
  std::vector<std::string> inputs;
  for (const Variable* input : call.inputs) {
    inputs.push_back(fmt::format("input {} {} is {}", inputs.size(), input->shape().str(),
                                 or_finite(first_non_finite(input->value()))));
  }
  fail("[{}] the output {} is {}; {}", call.operation, call.output.shape().str(), fault,
       fmt::join(inputs, ", "));
}

void StopAtNonFinite::called(const BackwardCall& call) {
  const auto parents = call.node.parents();
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if (!parents[i] || !parents[i]->has_gradient()) continue;
    const std::string fault = first_non_finite(parents[i]->gradient());
    if (fault.empty()) continue;
    fail_at(call.node.path(),
            "[{}] backward: the gradient of input {} {} is {}; that of the output {} is {}",
            call.node.operation(), i, parents[i]->shape().str(), fault, call.node.shape().str(),
            or_finite(first_non_finite(call.gradient)));
  }
}

}  // namespace gradus
