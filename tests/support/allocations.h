// How often the process asked for memory through `operator new`, and for how much.
//
// Link tests/support/allocations.cpp where this is used: it replaces the global
// operators of the program.
//
// Thread safety: the counters are atomic.
#pragma once

#include <cstdint>

namespace gradus::test {

/// Calls of any form of `operator new` since the process began.
std::uint64_t new_calls();
/// The bytes that are in use through it, and the most there were since the last reset.
std::int64_t live_new_bytes();
std::int64_t most_new_bytes();
void reset_most_new_bytes();
/// Whether they are counted: not under AddressSanitizer and ThreadSanitizer,
/// whose own operators find what ours would hide.
bool counts_new_calls();

}  // namespace gradus::test
