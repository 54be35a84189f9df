#include "nn/mode.h"

#include <utility>

#include "autograd/variable.h"

namespace gradus::nn {
namespace {

thread_local bool evaluating = false;

}  // namespace

bool training() { return grad_enabled() && !evaluating; }

Evaluation::Evaluation() : outer_(std::exchange(evaluating, true)) {}
Evaluation::~Evaluation() { evaluating = outer_; }

}  // namespace gradus::nn
