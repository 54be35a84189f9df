// A stand-in for the serial build of OpenBLAS: it says that it is one, and multiplies nothing.
#include <cblas.h>

int openblas_get_parallel(void) { return OPENBLAS_SEQUENTIAL; }
void openblas_set_num_threads(int) {}
char* openblas_get_config(void) { return nullptr; }
char* openblas_get_corename(void) { return nullptr; }
void cblas_sgemm(CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, blasint, blasint, blasint, float,
                 const float*, blasint, const float*, blasint, float, float*, blasint) {}
void cblas_dgemm(CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, blasint, blasint, blasint, double,
                 const double*, blasint, const double*, blasint, double, double*, blasint) {}
