// The words and the bar that progress on a terminal is made of.
//
// Thread safety: free functions without state.
#pragma once

#include <cstdio>
#include <string>

#include "tensor/scalar.h"

namespace gradus::optim {

/// "42s", "3m 05s", "1h 02m".
std::string duration(double seconds);
/// A bar of 25 characters, "=====>....".
std::string bar(Index done, Index total);
/// Writes `text` at once. Progress that cannot be shown is no reason to end a
/// training, so failures are not.
void show(std::FILE* stream, const std::string& text);

}  // namespace gradus::optim
