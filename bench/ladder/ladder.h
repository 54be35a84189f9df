// The same work, a rung faster each time: what a kernel is made fast by.
//
// Two ladders. Every rung is a file of its own, numbered, that does the same as the
// one before and one thing better; bench/ladder climbs them and prints how far each
// comes towards what the machine can do.
//
// Thread safety: free functions; the caller's arrays do not overlap.
#pragma once

namespace gradus::bench {

/// c = a b for row-major n x n matrices. Requires: n is a multiple of 96.
using Matmul = void (*)(const float* a, const float* b, float* c, long n);
void matmul_1_loops(const float* a, const float* b, float* c, long n);
void matmul_2_order(const float* a, const float* b, float* c, long n);
void matmul_3_blocks(const float* a, const float* b, float* c, long n);
void matmul_4_registers(const float* a, const float* b, float* c, long n);
void matmul_5_packed(const float* a, const float* b, float* c, long n);
void matmul_6_threads(const float* a, const float* b, float* c, long n);

/// y = max(2 x + 1, 0) / 3 for n numbers. Requires: n is a multiple of 1024.
using Chain = void (*)(const float* x, float* y, long n);
void chain_1_passes(const float* x, float* y, long n);
void chain_2_blocks(const float* x, float* y, long n);
void chain_3_fused(const float* x, float* y, long n);
void chain_4_threads(const float* x, float* y, long n);

}  // namespace gradus::bench
