#include "autograd/unary.h"

namespace gradus {

Variable exp(const Variable& x) { return apply(Unary<function::Exp>{}, x); }
Variable expm1(const Variable& x) { return apply(Unary<function::Expm1>{}, x); }
Variable log(const Variable& x) { return apply(Unary<function::Log>{}, x); }
Variable log1p(const Variable& x) { return apply(Unary<function::Log1p>{}, x); }
Variable sqrt(const Variable& x) { return apply(Unary<function::Sqrt>{}, x); }
Variable abs(const Variable& x) { return apply(Unary<function::Abs>{}, x); }
Variable square(const Variable& x) { return apply(Unary<function::Square>{}, x); }
Variable sign(const Variable& x) { return apply(Unary<function::Sign>{}, x); }

Variable sigmoid(const Variable& x) { return apply(Unary<function::Sigmoid>{}, x); }
Variable tanh(const Variable& x) { return apply(Unary<function::Tanh>{}, x); }
Variable relu(const Variable& x) { return apply(Unary<function::Relu>{}, x); }
Variable selu(const Variable& x) { return apply(Unary<function::Selu>{}, x); }
Variable elu(const Variable& x) { return apply(Unary<function::Elu>{}, x); }
Variable softplus(const Variable& x) { return apply(Unary<function::Softplus>{}, x); }

}  // namespace gradus
