// x86 with AVX-512, its byte products and its permutations of bytes.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>
#define LEVEL 3
#define KERNELS student_avx512
#define ROWS 14
#define COLUMNS 32
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi,fma"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
