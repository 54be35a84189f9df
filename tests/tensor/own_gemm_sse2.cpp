// The kernel once more, by vectors of SSE2 (tests/CMakeLists.txt), for gemm_test.cpp.
#define own_gemm_tile own_gemm_tile_sse2
#define own_gemm_description own_gemm_description_sse2
#include "tensor/own_gemm.cpp"  // NOLINT(bugprone-suspicious-include)
