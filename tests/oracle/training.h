// Models that gradus trains for the oracle.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/oracle/writer.h"

namespace gradus::test {

/// For each training what it started from, the batches and noise it was given, the
/// loss of every step, and the weights at its end.
nlohmann::json trainings(Writer& writer);

}  // namespace gradus::test
