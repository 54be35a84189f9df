// What the machine can do at most.
//
// Thread safety: one thread calls.
#pragma once

namespace gradus::bench {

/// Multiply-adds of Scalars, two operations each, that `threads` threads carry out
/// in a second with the widest vectors this was compiled for.
double peak_flops(int threads);

/// Seconds that a cache line takes from one thread to another and back, at best of
/// several tries: what threads pay for reading what another has written.
double round_trip();

}  // namespace gradus::bench
