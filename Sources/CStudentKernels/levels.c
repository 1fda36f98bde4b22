#include <errno.h>
#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "include/student_kernels.h"
#if defined(__linux__) && defined(__aarch64__)
#include <sys/auxv.h>
#endif

extern const student_kernels student_portable, student_avx2, student_avx512, student_dot_product;

const student_kernels *student_kernels_of_level(int level) {
  if (level == 0) return &student_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level == 2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &student_avx2;
  if (level == 3 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") &&
      __builtin_cpu_supports("avx512vbmi"))
    return &student_avx512;
#elif defined(__aarch64__) && defined(__APPLE__)
  if (level == 1) return &student_dot_product;
#elif defined(__aarch64__) && defined(__linux__)
  if (level == 1 && (getauxval(AT_HWCAP) >> 20 & 1)) return &student_dot_product;  // HWCAP_ASIMDDP
#endif
  return NULL;
}

char *student_read_file(const char *path, long *size) {
  *size = -1;
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  char *bytes = NULL;
  long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
  if (length >= 0 && length < INT32_MAX && fseek(file, 0, SEEK_SET) == 0) {
    bytes = malloc((size_t)length + 1);
    if (bytes && fread(bytes, 1, (size_t)length, file) == (size_t)length) *size = length;
  } else if (length >= INT32_MAX) {
    errno = EFBIG;
  }
  int error = errno;
  fclose(file);
  errno = error;
  if (*size >= 0) return bytes;
  free(bytes);
  return NULL;
}

void student_free(char *bytes) { free(bytes); }
const char *student_last_error(void) { return strerror(errno); }
float student_exponential(float x) { return expf(x); }
