// Sixteen lanes of integers: dot products of bytes, exact requantisation, lookups. Each function has a form for the
// instructions that the code is compiled for, and plain vectors for all others; all forms give the same bits, within
// the bounds that are stated.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif
#include <string.h>

#define LANES static inline __attribute__((always_inline, nodebug))

typedef int lanes_int __attribute__((vector_size(64)));
typedef unsigned lanes_uint __attribute__((vector_size(64)));
typedef float lanes_float __attribute__((vector_size(64)));
typedef unsigned char lanes_byte __attribute__((vector_size(16)));
typedef short lanes_short __attribute__((vector_size(32)));

#if defined(__AVX2__) && !defined(LANES_PLAIN)
typedef union { lanes_int whole; __m256i half[2]; } lanes_halves;
typedef union { lanes_float whole; __m256 half[2]; } lanes_float_halves;
#if !defined(__AVX512F__)
// Sixteen lanes are two registers.
#define LANES_HALVES
#endif
#endif

// What the code was compiled for: 0 plain vectors, 1 AVX2 (products of pairs of 16 bits), 2 AVX-VNNI, 3 AVX-512 VNNI,
// 4 NEON dot products. A number, so that Swift's compiler drops what is for others before it decides what to inline.
#if defined(LANES_PLAIN)
#define LANES_FORM 0
#elif defined(__AVX512VNNI__) && defined(__AVX512DQ__)
#define LANES_FORM 3
#elif defined(__AVXVNNI__)
#define LANES_FORM 2
#elif defined(__AVX2__)
#define LANES_FORM 1
#elif defined(__ARM_FEATURE_DOTPROD)
#define LANES_FORM 4
#else
#define LANES_FORM 0
#endif

// Whether this processor has the instructions beyond the vector level that the code was compiled for.
LANES int lanes_are_runnable(void) {
#if defined(__x86_64__)
  unsigned eax = 7, ebx = 0, ecx = 0, edx = 0;
  __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
#if defined(__AVX512VNNI__)
  if (!((ecx >> 11) & 1)) return 0;
#endif
#if defined(__AVX512VBMI__)
  if (!((ecx >> 1) & 1)) return 0;
#endif
#if defined(__AVXVNNI__)
  eax = 7, ecx = 1;
  __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  if (!((eax >> 4) & 1)) return 0;
#endif
#elif defined(__ARM_FEATURE_DOTPROD) && defined(__linux__)
  if (!(getauxval(AT_HWCAP) & HWCAP_ASIMDDP)) return 0;
#endif
  return 1;
}

// What `lanes_dot` takes off each byte of `values`: NEON multiplies signed bytes.
LANES int lanes_dot_offset(void) { return LANES_FORM == 4 ? 128 : 0; }

// sum[i] + Σ values[4i + j] · weights[4i + j], j = 0…3, of unsigned and signed bytes.
LANES lanes_int lanes_dot(lanes_int sum, lanes_int values, lanes_int weights) {
#if LANES_FORM == 3
  return (lanes_int)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)values, (__m512i)weights);
#elif LANES_FORM == 2
  lanes_halves s = {sum}, v = {values}, w = {weights};
  for (int i = 0; i < 2; i++) s.half[i] = _mm256_dpbusd_avx_epi32(s.half[i], v.half[i], w.half[i]);
  return s.whole;
#elif LANES_FORM == 4
  union { lanes_int whole; int32x4_t sums[4]; int8x16_t bytes[4]; } s = {sum}, v = {values}, w = {weights};
  for (int i = 0; i < 4; i++)
    s.sums[i] = vdotq_s32(s.sums[i], veorq_s8(v.bytes[i], vdupq_n_s8(-128)), w.bytes[i]);
  return s.whole;
#else
  for (int j = 0; j < 4; j++)
    sum += ((values >> (8 * j)) & 255) * ((weights << (24 - 8 * j)) >> 24);
  return sum;
#endif
}

// sum[i] + Σ values[2i + j] · weights[2i + j], j = 0, 1, of signed 16 bits. Without dot products of bytes this is the
// most that one instruction multiplies without saturation.
LANES lanes_int lanes_dot_pairs(lanes_int sum, lanes_int values, lanes_int weights) {
#if defined(LANES_HALVES)
  lanes_halves s = {sum}, v = {values}, w = {weights};
  for (int i = 0; i < 2; i++)
    s.half[i] = _mm256_add_epi32(s.half[i], _mm256_madd_epi16(v.half[i], w.half[i]));
  return s.whole;
#elif defined(__AVX512BW__) && !defined(LANES_PLAIN)
  return sum + (lanes_int)_mm512_madd_epi16((__m512i)values, (__m512i)weights);
#else
  for (int j = 0; j < 2; j++)
    sum += ((values << (16 - 16 * j)) >> 16) * ((weights << (16 - 16 * j)) >> 16);
  return sum;
#endif
}

LANES lanes_int lanes_widened(lanes_byte bytes) { return __builtin_convertvector(bytes, lanes_int); }
LANES lanes_short lanes_widened16(lanes_byte bytes) { return __builtin_convertvector(bytes, lanes_short); }
// The low bytes.
LANES lanes_byte lanes_narrowed(lanes_int words) {
#if defined(__AVX512F__) && !defined(LANES_PLAIN)
  return (lanes_byte)_mm512_cvtepi32_epi8((__m512i)words);
#else
  return __builtin_convertvector(words, lanes_byte);
#endif
}
LANES lanes_float lanes_to_float(lanes_int words) { return __builtin_convertvector(words, lanes_float); }
// Towards zero.
LANES lanes_int lanes_truncated(lanes_float values) { return __builtin_convertvector(values, lanes_int); }

LANES lanes_int lanes_max(lanes_int a, lanes_int b) { return __builtin_elementwise_max(a, b); }
LANES lanes_int lanes_min(lanes_int a, lanes_int b) { return __builtin_elementwise_min(a, b); }

#if defined(__AVX512VBMI__) && !defined(LANES_PLAIN)
// Byte i of four rows of sixteen.
LANES lanes_int lanes_columns(__m512i rows) {
  const __m512i order = _mm512_set_epi32(
      0x3f2f1f0f, 0x3e2e1e0e, 0x3d2d1d0d, 0x3c2c1c0c, 0x3b2b1b0b, 0x3a2a1a0a, 0x39291909, 0x38281808,
      0x37271707, 0x36261606, 0x35251505, 0x34241404, 0x33231303, 0x32221202, 0x31211101, 0x30201000);
  return (lanes_int)_mm512_permutexvar_epi8(order, rows);
}
#endif

// Three bytes of a channel, one from each of three rows, become one lane; the fourth byte may be anything.
LANES lanes_int lanes_triple(lanes_byte a, lanes_byte b, lanes_byte c) {
#if defined(__AVX512VBMI__) && !defined(LANES_PLAIN)
  __m512i rows = _mm512_inserti32x4(_mm512_castsi128_si512((__m128i)a), (__m128i)b, 1);
  return lanes_columns(_mm512_inserti32x4(rows, (__m128i)c, 2));
#else
  return lanes_widened(a) | lanes_widened(b) << 8 | lanes_widened(c) << 16;
#endif
}

// Four bytes of a channel become one lane.
LANES lanes_int lanes_quad(lanes_byte a, lanes_byte b, lanes_byte c, lanes_byte d) {
#if defined(__AVX512VBMI__) && !defined(LANES_PLAIN)
  __m512i rows = _mm512_inserti32x4(_mm512_castsi128_si512((__m128i)a), (__m128i)b, 1);
  rows = _mm512_inserti32x4(_mm512_inserti32x4(rows, (__m128i)c, 2), (__m128i)d, 3);
  return lanes_columns(rows);
#else
  return (lanes_widened(a) | lanes_widened(b) << 8) | (lanes_widened(c) << 16 | lanes_widened(d) << 24);
#endif
}

// Two bytes of a channel become the two 16 bits of one lane.
LANES lanes_int lanes_pair(lanes_byte a, lanes_byte b) {
#if defined(LANES_HALVES)
  lanes_halves pairs;
  pairs.half[0] = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8((__m128i)a, (__m128i)b));
  pairs.half[1] = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8((__m128i)a, (__m128i)b));
  return pairs.whole;
#else
  return lanes_widened(a) | lanes_widened(b) << 16;
#endif
}

// x · 2^count, bits beyond 32 lost.
LANES lanes_int lanes_left(lanes_int x, lanes_int count) { return (lanes_int)((lanes_uint)x << (lanes_uint)count); }

// (a · b + 2³⁰) >> 31: gemmlowp's `SaturatingRoundingDoublingHighMul` of numbers of which b is not negative.
LANES lanes_int lanes_high_product(lanes_int a, lanes_int b) {
#if defined(__AVX512F__) && !defined(LANES_PLAIN)
  __m512i nudge = _mm512_set1_epi64(1ll << 30);
  __m512i even = _mm512_mul_epi32((__m512i)a, (__m512i)b);
  __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64((__m512i)a, 32), _mm512_srli_epi64((__m512i)b, 32));
  even = _mm512_srli_epi64(_mm512_add_epi64(even, nudge), 31);
  odd = _mm512_slli_epi64(_mm512_add_epi64(odd, nudge), 1);
  return (lanes_int)_mm512_mask_blend_epi32(0xAAAA, even, odd);
#elif defined(LANES_HALVES)
  lanes_halves x = {a}, y = {b};
  __m256i nudge = _mm256_set1_epi64x(1ll << 30);
  for (int i = 0; i < 2; i++) {
    __m256i even = _mm256_mul_epi32(x.half[i], y.half[i]);
    __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64(x.half[i], 32), _mm256_srli_epi64(y.half[i], 32));
    even = _mm256_srli_epi64(_mm256_add_epi64(even, nudge), 31);
    odd = _mm256_slli_epi64(_mm256_add_epi64(odd, nudge), 1);
    x.half[i] = _mm256_blend_epi32(even, odd, 0xAA);
  }
  return x.whole;
#else
  lanes_int result;
  for (int i = 0; i < 16; i++) result[i] = (int)(((long long)a[i] * b[i] + (1ll << 30)) >> 31);
  return result;
#endif
}

// gemmlowp's `RoundingDivideByPOT`: halves away from zero. `mask` is 2^right − 1, `threshold` half of it.
LANES lanes_int lanes_rounding_shift(lanes_int x, lanes_int mask, lanes_int threshold, lanes_int right) {
  // Comparisons give −1.
  return (x >> right) - ((x & mask) > threshold - (x >> 31));
}

// x · factor + offset with the sign of x on `offset`.
LANES lanes_float lanes_scaled(lanes_int x, lanes_float factor, lanes_float offset) {
  lanes_float value = lanes_to_float(x);
  lanes_int sign = ((lanes_int)value & (int)0x80000000) | (lanes_int)offset;
#if defined(__AVX512F__) && !defined(LANES_PLAIN)
  return (lanes_float)_mm512_fmadd_ps((__m512)value, (__m512)factor, (__m512)sign);
#else
  return value * factor + (lanes_float)sign;
#endif
}

// The nearest integers of values within ±2³¹, halves to even; beyond ±2²¹ others as large.
LANES lanes_int lanes_nearest(lanes_float values) {
#if defined(__AVX512F__) && !defined(LANES_PLAIN)
  return (lanes_int)_mm512_cvtps_epi32((__m512)values);
#elif defined(LANES_HALVES)
  lanes_float_halves x = {values};
  lanes_halves nearest;
  for (int i = 0; i < 2; i++) nearest.half[i] = _mm256_cvtps_epi32(x.half[i]);
  return nearest.whole;
#else
  values = __builtin_elementwise_min(values, (lanes_float){0} + 0x1p21f);
  values = __builtin_elementwise_max(values, (lanes_float){0} - 0x1p21f);
  return (lanes_int)(values + 12582912.0f) - 0x4B400000;
#endif
}

// The larger of `worst` and of each value's distance from its nearest integer; lanes may be put together.
LANES lanes_float lanes_doubt(lanes_float values, lanes_float worst) {
#if defined(__AVX512DQ__) && !defined(LANES_PLAIN)
  __m512 distance = _mm512_reduce_ps((__m512)values, 0);
  return (lanes_float)_mm512_range_ps((__m512)worst, distance, 0x0b);
#elif defined(LANES_HALVES)
  lanes_float_halves x = {values}, w = {worst};
  for (int i = 0; i < 2; i++) {
    __m256 distance = _mm256_sub_ps(x.half[i], _mm256_round_ps(x.half[i], 8));
    // One register is all that a tile can spare.
    w.half[0] = _mm256_max_ps(w.half[0], _mm256_andnot_ps(_mm256_set1_ps(-0.0f), distance));
  }
  return w.whole;
#else
  lanes_float distance = values - ((values + 12582912.0f) - 12582912.0f);
  lanes_int magnitude = (lanes_int)distance & 0x7FFFFFFF;
  return (lanes_float)lanes_max((lanes_int)worst, magnitude);
#endif
}

// Whether a lane, none below 0, exceeds a limit.
LANES int lanes_exceed(lanes_float values, float limit) {
#if defined(__AVX512F__) && !defined(LANES_PLAIN)
  return _mm512_cmp_ps_mask((__m512)values, _mm512_set1_ps(limit), _CMP_GT_OQ) != 0;
#elif defined(LANES_HALVES)
  lanes_float_halves x = {values};
  __m256 largest = _mm256_max_ps(x.half[0], x.half[1]);
  return _mm256_movemask_ps(_mm256_cmp_ps(largest, _mm256_set1_ps(limit), _CMP_GT_OQ)) != 0;
#else
  lanes_int found = values > limit;
  int any = 0;
  for (int i = 0; i < 16; i++) any |= found[i];
  return any != 0;
#endif
}

// round(value / scale), halves away from zero, cut to ±512; 0 for what is no number.
LANES lanes_int lanes_steps(lanes_float values, float scale) {
  lanes_float steps = values / scale;
  steps = (lanes_float)((lanes_int)steps & (steps == steps));
  steps = __builtin_elementwise_min(steps, (lanes_float){0} + 512.0f);
  steps = __builtin_elementwise_max(steps, (lanes_float){0} - 512.0f);
  lanes_int nearest = lanes_nearest(steps);
  lanes_float rest = steps - lanes_to_float(nearest);
  // Where a half went to the even integer nearer to zero. Masks are −1.
  nearest -= (rest == 0.5f) & (steps > 0.0f);
  nearest += (rest == -0.5f) & (steps < 0.0f);
  return nearest;
}

// values + zero, cut to low…high: bytes. These stand in all lanes and are bytes themselves; values + zero has 32 bits.
LANES lanes_byte lanes_cut(lanes_int values, lanes_int zero, lanes_int low, lanes_int high) {
#if defined(LANES_HALVES)
  lanes_halves x = {values};
  __m256i words = _mm256_packs_epi32(x.half[0], x.half[1]);
  words = _mm256_adds_epi16(words, _mm256_set1_epi16((short)zero[0]));
  __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  // Of each four words from the first half came four from the second.
  bytes = _mm_shuffle_epi32(bytes, 0xD8);
  bytes = _mm_max_epu8(bytes, _mm_set1_epi8((char)low[0]));
  return (lanes_byte)_mm_min_epu8(bytes, _mm_set1_epi8((char)high[0]));
#else
  return lanes_narrowed(lanes_min(lanes_max(values + zero, low), high));
#endif
}

// Stores the first `count` bytes, 1…15.
LANES void lanes_store(lanes_byte bytes, unsigned char *target, long count) {
#if defined(__AVX512BW__) && defined(__AVX512VL__) && !defined(LANES_PLAIN)
  _mm_mask_storeu_epi8(target, (__mmask16)((1u << count) - 1), (__m128i)bytes);
#elif (defined(__x86_64__) || defined(__aarch64__)) && !defined(LANES_PLAIN)
  union { lanes_byte bytes; unsigned long long words[2]; } value = {bytes};
  unsigned long long rest = value.words[0];
  if (count & 8) {
    memcpy(target, &rest, 8);
    target += 8;
    rest = value.words[1];
  }
  if (count & 4) {
    memcpy(target, &rest, 4);
    target += 4;
    rest >>= 32;
  }
  if (count & 2) {
    memcpy(target, &rest, 2);
    target += 2;
    rest >>= 16;
  }
  if (count & 1) *target = (unsigned char)rest;
#else
  for (long i = 0; i < count; i++) target[i] = bytes[i];
#endif
}

// Bytes as 16 bits.
LANES void lanes_widen16(const unsigned char *restrict source, unsigned short *restrict target, long count) {
  for (long i = 0; i < count; i++) target[i] = source[i];
}

#if defined(__AVX2__) && !defined(__AVX512VBMI__) && !defined(LANES_PLAIN)
// The entries for 32 places. Each sixteen entries are looked up by the low four bits of a place, and its other bits
// choose among what was found: bit 4 by shuffles that give 0, the others by blends.
LANES __m256i lanes_lookup32(__m256i places, const unsigned char *table) {
  __m256i fourth = _mm256_and_si256(_mm256_slli_epi16(places, 3), _mm256_set1_epi8((char)0x80));
  __m256i even = _mm256_or_si256(_mm256_and_si256(places, _mm256_set1_epi8(15)), fourth);
  __m256i odd = _mm256_xor_si256(even, _mm256_set1_epi8((char)0x80));
  __m256i eighth[8];
#pragma unroll
  for (int i = 0; i < 8; i++) {
    const __m128i *entries = (const __m128i *)table + 2 * i;
    __m256i first = _mm256_broadcastsi128_si256(_mm_loadu_si128(entries));
    __m256i second = _mm256_broadcastsi128_si256(_mm_loadu_si128(entries + 1));
    eighth[i] = _mm256_or_si256(_mm256_shuffle_epi8(first, even), _mm256_shuffle_epi8(second, odd));
  }
  __m256i quarter[4], half[2];
#pragma unroll
  for (int i = 0; i < 4; i++)
    quarter[i] = _mm256_blendv_epi8(eighth[2 * i], eighth[2 * i + 1], _mm256_slli_epi16(places, 2));
#pragma unroll
  for (int i = 0; i < 2; i++)
    half[i] = _mm256_blendv_epi8(quarter[2 * i], quarter[2 * i + 1], _mm256_slli_epi16(places, 1));
  return _mm256_blendv_epi8(half[0], half[1], places);
}
#endif

// The entries of a table of 256 bytes for 64 places.
LANES void lanes_lookup64(const unsigned char *source, unsigned char *target, const unsigned char *table) {
#if defined(__AVX512VBMI__) && !defined(LANES_PLAIN)
  __m512i places = _mm512_loadu_si512(source);
  __m512i low = _mm512_permutex2var_epi8(_mm512_loadu_si512(table), places, _mm512_loadu_si512(table + 64));
  __m512i high =
      _mm512_permutex2var_epi8(_mm512_loadu_si512(table + 128), places, _mm512_loadu_si512(table + 192));
  _mm512_storeu_si512(target, _mm512_mask_blend_epi8(_mm512_movepi8_mask(places), low, high));
#elif defined(__AVX2__) && !defined(LANES_PLAIN)
  for (int i = 0; i < 64; i += 32) {
    __m256i places = _mm256_loadu_si256((const __m256i *)(source + i));
    _mm256_storeu_si256((__m256i *)(target + i), lanes_lookup32(places, table));
  }
#elif defined(__ARM_NEON) && defined(__aarch64__) && !defined(LANES_PLAIN)
  uint8x16x4_t parts[4];
  for (int part = 0; part < 4; part++) parts[part] = vld1q_u8_x4(table + 64 * part);
  for (int i = 0; i < 4; i++) {
    uint8x16_t places = vld1q_u8(source + 16 * i);
    uint8x16_t found = vqtbl4q_u8(parts[0], places);
    for (int part = 1; part < 4; part++)
      found = vqtbx4q_u8(found, parts[part], vsubq_u8(places, vdupq_n_u8((unsigned char)(64 * part))));
    vst1q_u8(target + 16 * i, found);
  }
#else
  for (int i = 0; i < 64; i++) target[i] = table[source[i]];
#endif
}

// The entries of a table of 256 bytes for `count` places, which do not overlap with `target`.
LANES void lanes_lookup(const unsigned char *source, unsigned char *target, const unsigned char *table, long count) {
  if (count < 64) {
    for (long i = 0; i < count; i++) target[i] = table[source[i]];
    return;
  }
  for (long i = 0; i < count - 64; i += 64) lanes_lookup64(source + i, target + i, table);
  lanes_lookup64(source + count - 64, target + count - 64, table);
}
