// OpenBLAS: BLAS through cblas.h; the few LAPACK routines we call have no header in libopenblas-dev.
#pragma once
#include <cblas.h>

// Cholesky factorisation of a symmetric positive definite matrix (LAPACK, column-major).
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);

// The inverse of a matrix from its Cholesky factor, one triangle of it (LAPACK, column-major).
void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info);
