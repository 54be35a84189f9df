// How often the process asked for memory through `operator new`.
//
// Link tests/support/allocations.cpp where this is used: it replaces the global
// operators of the program.
//
// Thread safety: the counter is atomic.
#pragma once

#include <cstdint>

namespace gradus::test {

/// Calls of any form of `operator new` since the process began.
std::uint64_t new_calls();
/// Whether they are counted: not under AddressSanitizer and ThreadSanitizer,
/// whose own operators find what ours would hide.
bool counts_new_calls();

}  // namespace gradus::test
