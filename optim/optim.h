// Everything for training models.
#pragma once

#include "optim/adam.h"          // IWYU pragma: export
#include "optim/best_weights.h"  // IWYU pragma: export
#include "optim/checkpoint.h"    // IWYU pragma: export
#include "optim/fit.h"           // IWYU pragma: export
#include "optim/progress.h"      // IWYU pragma: export
#include "optim/rmsprop.h"       // IWYU pragma: export
#include "optim/sgd.h"           // IWYU pragma: export
