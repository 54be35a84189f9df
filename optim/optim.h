// Everything for training models.
#pragma once

#include "optim/adam.h"                  // IWYU pragma: export
#include "optim/best_weights.h"          // IWYU pragma: export
#include "optim/checkpoint.h"            // IWYU pragma: export
#include "optim/csv_logger.h"            // IWYU pragma: export
#include "optim/early_stopping.h"        // IWYU pragma: export
#include "optim/fit.h"                   // IWYU pragma: export
#include "optim/model_checkpoint.h"      // IWYU pragma: export
#include "optim/progress.h"              // IWYU pragma: export
#include "optim/reduce_lr_on_plateau.h"  // IWYU pragma: export
#include "optim/rmsprop.h"               // IWYU pragma: export
#include "optim/sgd.h"                   // IWYU pragma: export
#include "optim/terminate_on_nan.h"      // IWYU pragma: export
