// OpenBLAS: BLAS through cblas.h; the few LAPACK routines we call have no header in libopenblas-dev.
#pragma once
#include <cblas.h>

// Cholesky factorisation of a symmetric positive definite matrix (LAPACK, column-major).
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
