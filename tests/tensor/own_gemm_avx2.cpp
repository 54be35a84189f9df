// The kernel once more, by vectors of AVX2 (tests/CMakeLists.txt), for gemm_test.cpp.
#define own_gemm_tile own_gemm_tile_avx2
#define own_gemm_description own_gemm_description_avx2
#include "tensor/own_gemm.cpp"  // NOLINT(bugprone-suspicious-include)
