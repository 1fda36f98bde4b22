// ARM with products of bytes.
#if defined(__aarch64__)
#include <arm_neon.h>
#include <math.h>
#include <string.h>
#define LEVEL 1
#define KERNELS student_dot_product
#define ROWS 5
#define COLUMNS 16
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
