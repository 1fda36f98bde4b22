// Vectors of sixteen values, which the compiler makes of whatever registers there are, and the few operations for
// which instructions must be named.
#include <math.h>
#include <string.h>

#include "include/student_kernels.h"

// Whole vectors are handed only to functions that are inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float floats __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef int32_t ints __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef student_cell cells __attribute__((ext_vector_type(16), aligned(1), may_alias));

INLINE int least(int a, int b) { return a < b ? a : b; }
INLINE floats limited(floats x, floats low, floats high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

// Stores the first bytes of a vector.
INLINE void store_part(char *to, const void *vector, int bytes) {
  const char *from = vector;
#define PART(n) \
  if (bytes & n) memcpy(to, from, n), to += n, from += n;
  PART(64) PART(32) PART(16) PART(8) PART(4) PART(2) PART(1)
#undef PART
}
INLINE void store_floats(float *to, floats x, int count) {
  if (count >= 16) *(floats *)to = x;
#if LEVEL == 3
  else _mm512_mask_storeu_ps(to, (__mmask16)((1 << count) - 1), (__m512)x);
#else
  else store_part((char *)to, &x, 4 * count);
#endif
}
INLINE void store_cells(student_cell *to, cells x, int count) {
  if (count >= 16) *(cells *)to = x;
#if LEVEL == 3
  else _mm_mask_storeu_epi8(to, (__mmask16)((1 << count) - 1), (__m128i)x);
#else
  else store_part((char *)to, &x, count);
#endif
}

// sums[i] + the four products of lane i's activations and weights.
INLINE ints dot(ints sums, ints left, ints right) {
#if LEVEL == 3
  return (ints)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)left, (__m512i)right);
#elif LEVEL == 2
  // Pairs of bytes may not add up in 16 bits: even and odd ones are widened apart.
  const __m256i even = _mm256_set1_epi16(255);
  UNROLL for (int i = 0; i < 2; i++) {
    __m256i sum, a, b;
    memcpy(&sum, (char *)&sums + 32 * i, 32), memcpy(&a, (char *)&left + 32 * i, 32);
    memcpy(&b, (char *)&right + 32 * i, 32);
    __m256i low = _mm256_srai_epi16(_mm256_slli_epi16(b, 8), 8), high = _mm256_srai_epi16(b, 8);
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_and_si256(a, even), low));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_srli_epi16(a, 8), high));
    memcpy((char *)&sums + 32 * i, &sum, 32);
  }
  return sums;
#elif LEVEL == 1
  UNROLL for (int i = 0; i < 4; i++) {
    int32x4_t sum = vld1q_s32((int32_t *)&sums + 4 * i);
    sum = vdotq_s32(sum, vld1q_s8((int8_t *)&left + 16 * i), vld1q_s8((int8_t *)&right + 16 * i));
    vst1q_s32((int32_t *)&sums + 4 * i, sum);
  }
  return sums;
#else
  UNROLL for (int i = 0; i < 4; i++) {
    ints a = STUDENT_CELL_OFFSET ? left >> 8 * i & 255 : left << (24 - 8 * i) >> 24;
    sums += a * (right << (24 - 8 * i) >> 24);
  }
  return sums;
#endif
}

// (x · multiplier + 2³⁰) >> 31 in 64 bits.
INLINE ints high_product(ints x, ints multiplier) {
#if LEVEL == 3
  const __m512i half = _mm512_set1_epi64(1 << 30), a = (__m512i)x, b = (__m512i)multiplier;
  __m512i even = _mm512_add_epi64(_mm512_mul_epi32(a, b), half);
  __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32));
  odd = _mm512_slli_epi64(_mm512_add_epi64(odd, half), 1);
  return (ints)_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 31), odd);
#elif LEVEL == 2
  const __m256i half = _mm256_set1_epi64x(1 << 30);
  UNROLL for (int i = 0; i < 2; i++) {
    __m256i a, b;
    memcpy(&a, (char *)&x + 32 * i, 32), memcpy(&b, (char *)&multiplier + 32 * i, 32);
    __m256i even = _mm256_add_epi64(_mm256_mul_epi32(a, b), half);
    __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32));
    odd = _mm256_slli_epi64(_mm256_add_epi64(odd, half), 1);
    even = _mm256_blend_epi32(_mm256_srli_epi64(even, 31), odd, 0xaa);
    memcpy((char *)&x + 32 * i, &even, 32);
  }
  return x;
#elif LEVEL == 1
  UNROLL for (int i = 0; i < 4; i++) {
    int32x4_t a = vld1q_s32((int32_t *)&x + 4 * i), b = vld1q_s32((int32_t *)&multiplier + 4 * i);
    vst1q_s32((int32_t *)&x + 4 * i, vqrdmulhq_s32(a, b));
  }
  return x;
#else
  for (int i = 0; i < 16; i++) x[i] = (int32_t)(((int64_t)x[i] * multiplier[i] + (1 << 30)) >> 31);
  return x;
#endif
}

// x · multiplier · 2^(left − right) / 2³¹, rounded to the nearest twice: first by the product, half a unit upwards,
// then by the shift to the right, half a unit away from zero.
//
// Source: tensorflow/lite/kernels/internal/common.cc of TensorFlow Lite Micro, double rounding.
INLINE ints rescaled(ints x, ints multiplier, ints left, ints right) {
  x = high_product(x << left, multiplier);
  ints mask = (1 << right) - 1;
  return (x >> right) - ((x & mask) > (mask >> 1) - (x >> 31));
}

// The same where nothing is shifted to the left, every shift to the right is from 1 to 20, and |x| < 2³⁰; `addend`
// is half a unit of the shift and the zero point, shifted.
INLINE ints rescaled_plainly(ints x, ints multiplier, ints addend, ints right) {
  x = high_product(x, multiplier);
  return (x + (x >> 31) + addend) >> right;
}

INLINE cells to_cells(ints x, int zero, int low, int high) {
  x += zero;
  x = x < low ? (ints)(low) : x;
  x = x > high ? (ints)(high) : x;
  return __builtin_convertvector(x, cells);
}
