// What Swift cannot say: the vector registers, a pause hint, whether this processor runs what this binary was built
// for, and its instructions for SHA-256.
#pragma once

// The floats that one vector register holds, and how many such registers there are. AArch64's 32 registers of 4 floats
// count as pairs: tiles of 6 rows × 16 columns need the fewest instructions a sum there.
#if defined(__AVX512F__)
#define PLATFORM_VECTOR_FLOATS 16
#define PLATFORM_VECTOR_REGISTERS 32
#elif defined(__AVX2__)
#define PLATFORM_VECTOR_FLOATS 8
#define PLATFORM_VECTOR_REGISTERS 16
#elif defined(__aarch64__)
#define PLATFORM_VECTOR_FLOATS 8
#define PLATFORM_VECTOR_REGISTERS 16
#else
#define PLATFORM_VECTOR_FLOATS 4
#define PLATFORM_VECTOR_REGISTERS 16
#endif
typedef float platform_vector __attribute__((ext_vector_type(PLATFORM_VECTOR_FLOATS)));

static inline void platform_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// The vector level the code was compiled for: 4 (AVX-512), 3 (AVX2 and FMA), 2 (SSE), or 0 elsewhere.
static inline int platform_compiled_level(void) {
#if defined(__AVX512F__)
  return 4;
#elif defined(__AVX2__)
  return 3;
#elif defined(__x86_64__)
  return 2;
#else
  return 0;
#endif
}

static inline int platform_processor_level(void) {
#if defined(__x86_64__)
  unsigned eax = 7, ebx = 0, ecx = 0, edx = 0;
  __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  if ((ebx >> 16) & 1) return 4;
  if ((ebx >> 5) & 1) return 3;
  return 2;
#else
  return 0;
#endif
}

// Whether this processor has instructions for SHA-256 that `platform_sha256` uses.
static inline int platform_has_sha256(void) {
#if defined(__x86_64__)
  unsigned eax = 7, ebx = 0, ecx = 0, edx = 0;
  __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  int has_sha = (ebx >> 29) & 1;
  eax = 1, ecx = 0;
  __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  return has_sha && ((ecx >> 9) & 1) && ((ecx >> 19) & 1);  // SSSE3 and SSE4.1
#else
  return 0;
#endif
}

// Folds blocks of 64 bytes into the chaining value a…h of SHA-256; only where `platform_has_sha256`.
// Source: FIPS 180-4, section 6.2.2, by the instructions of Intel's "SHA Extensions", 2013: `sha256rnds2` does
// two rounds on the halves (f, e, b, a) and (h, g, d, c), `sha256msg1` and `sha256msg2` the message schedule.
// `constants` are the standard's 64.
#if defined(__x86_64__)
typedef int platform_int4 __attribute__((vector_size(16), aligned(1)));
typedef char platform_char16 __attribute__((vector_size(16)));

__attribute__((target("sha,ssse3,sse4.1"))) static inline void platform_sha256(
    unsigned *state, const void *blocks, unsigned long count, const unsigned *constants) {
  const platform_char16 swap = {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12};
  platform_int4 abcd = *(const platform_int4 *)state;
  platform_int4 efgh = *(const platform_int4 *)(state + 4);
  platform_int4 feba = __builtin_shufflevector(abcd, efgh, 5, 4, 1, 0);
  platform_int4 hgdc = __builtin_shufflevector(abcd, efgh, 7, 6, 3, 2);
  const char *block = (const char *)blocks;
  for (; count > 0; count--, block += 64) {
    platform_int4 before = feba, before2 = hgdc;
    platform_int4 w[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      platform_int4 now;
      if (i < 4) {
        now = *(const platform_int4 *)(block + 16 * i);
        now = (platform_int4)__builtin_ia32_pshufb128((platform_char16)now, swap);
      } else {
        platform_int4 last = w[(i + 3) & 3];
        now = __builtin_ia32_sha256msg1(w[i & 3], w[(i + 1) & 3]);
        now += __builtin_shufflevector(w[(i + 2) & 3], last, 1, 2, 3, 4);
        now = __builtin_ia32_sha256msg2(now, last);
      }
      w[i & 3] = now;
      now += *(const platform_int4 *)(constants + 4 * i);
      hgdc = __builtin_ia32_sha256rnds2(hgdc, feba, now);
      now = __builtin_shufflevector(now, now, 2, 3, 0, 0);
      feba = __builtin_ia32_sha256rnds2(feba, hgdc, now);
    }
    feba += before;
    hgdc += before2;
  }
  *(platform_int4 *)state = __builtin_shufflevector(feba, hgdc, 3, 2, 7, 6);
  *(platform_int4 *)(state + 4) = __builtin_shufflevector(feba, hgdc, 1, 0, 5, 4);
}
#else
static inline void platform_sha256(
    unsigned *state, const void *blocks, unsigned long count, const unsigned *constants) {}
#endif
