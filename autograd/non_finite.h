// Where does the NaN come from?
//
// Thread safety: as an Observer's (observer.h).
#pragma once

#include "autograd/observer.h"

namespace gradus {

/// While one lives, the first operation on its thread whose value, or whose
/// gradient on the way back, holds a NaN or an infinity throws `Error`: which
/// operation, in which module, where in the tensor, and whether what it was
/// given was still finite. Every tensor is read once more: for finding a fault, not for
/// training. (PyTorch: detect_anomaly, which looks on the way back only.)
///
///   const StopAtNonFinite stop;
///   loss_of(batch).backward();   // [log] got -inf at (3, 0) of the output (8, 4); ...
class StopAtNonFinite final : Observer {
 private:
  void called(const ForwardCall& call) override;
  void called(const BackwardCall& call) override;
};

}  // namespace gradus
