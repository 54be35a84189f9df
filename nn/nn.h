// Everything for building models.
#pragma once

#include "autograd/ops.h"      // IWYU pragma: export
#include "nn/initializers.h"   // IWYU pragma: export
#include "nn/layers.h"         // IWYU pragma: export
#include "nn/losses.h"         // IWYU pragma: export
#include "nn/mode.h"           // IWYU pragma: export
#include "nn/module.h"         // IWYU pragma: export
#include "nn/normalisation.h"  // IWYU pragma: export
#include "nn/sampling.h"       // IWYU pragma: export
#include "nn/state.h"          // IWYU pragma: export
#include "nn/summary.h"        // IWYU pragma: export
