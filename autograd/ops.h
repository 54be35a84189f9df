// Every operation on Variables.
#pragma once

#include "autograd/arithmetic.h"  // IWYU pragma: export
#include "autograd/dense.h"       // IWYU pragma: export
#include "autograd/indexing.h"    // IWYU pragma: export
#include "autograd/joining.h"     // IWYU pragma: export
#include "autograd/matmul.h"      // IWYU pragma: export
#include "autograd/permute.h"     // IWYU pragma: export
#include "autograd/shaping.h"     // IWYU pragma: export
#include "autograd/unary.h"       // IWYU pragma: export
