// What Swift cannot say: a pause hint, and whether this processor runs what this binary was built for.
#pragma once

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
