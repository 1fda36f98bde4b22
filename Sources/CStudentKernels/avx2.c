// x86 with AVX2 and FMA.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>
#define LEVEL 2
#define KERNELS student_avx2
#define ROWS 6
#define COLUMNS 16
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
