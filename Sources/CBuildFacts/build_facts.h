// What Swift cannot say of the build: the compiler, the commit that a release names, the instructions that compiled
// code uses without asking the processor.
#pragma once
#if defined(__linux__)
#include <features.h>
#endif
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

// The version of glibc that the process runs on; empty with another C library.
static inline const char *build_glibc(void) {
#if defined(__GLIBC__)
  return gnu_get_libc_version();
#else
  return "";
#endif
}

// The compiler of C, which names the build of the toolchain.
static inline const char *build_compiler(void) { return __VERSION__; }

// The commit that `make release` names; empty for any other build.
static inline const char *build_commit(void) {
#if defined(AUTODISTILL_COMMIT)
#define BUILD_TEXT(x) #x
#define BUILD_QUOTED(x) BUILD_TEXT(x)
  return BUILD_QUOTED(AUTODISTILL_COMMIT);
#else
  return "";
#endif
}

// Names of extensions, each with a blank behind it.
static inline const char *build_extensions(void) {
  return ""
#if defined(__SSE4_2__)
         "sse4.2 popcnt "
#endif
#if defined(__AVX__)
         "avx "
#endif
#if defined(__AVX2__)
         "avx2 "
#endif
#if defined(__FMA__)
         "fma "
#endif
#if defined(__BMI2__)
         "bmi2 "
#endif
#if defined(__F16C__)
         "f16c "
#endif
#if defined(__AVX512F__)
         "avx512f "
#endif
#if defined(__AVX512BW__)
         "avx512bw "
#endif
#if defined(__AVX512DQ__)
         "avx512dq "
#endif
#if defined(__AVX512VL__)
         "avx512vl "
#endif
#if defined(__ARM_NEON)
         "neon "
#endif
      ;
}
