// Every operation on Variables.
#pragma once

#include "autograd/activations.h"    // IWYU pragma: export
#include "autograd/arithmetic.h"     // IWYU pragma: export
#include "autograd/dense.h"          // IWYU pragma: export
#include "autograd/dropout.h"        // IWYU pragma: export
#include "autograd/extrema.h"        // IWYU pragma: export
#include "autograd/indexing.h"       // IWYU pragma: export
#include "autograd/joining.h"        // IWYU pragma: export
#include "autograd/matmul.h"         // IWYU pragma: export
#include "autograd/normalisation.h"  // IWYU pragma: export
#include "autograd/permute.h"        // IWYU pragma: export
#include "autograd/power.h"          // IWYU pragma: export
#include "autograd/reductions.h"     // IWYU pragma: export
#include "autograd/shaping.h"        // IWYU pragma: export
#include "autograd/softmax.h"        // IWYU pragma: export
#include "autograd/unary.h"          // IWYU pragma: export
