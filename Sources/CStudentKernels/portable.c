// Any processor.
#define LEVEL 0
#define KERNELS student_portable
#if defined(__aarch64__)
#define ROWS 5
#else
#define ROWS 2
#endif
#define COLUMNS 16
#include "kernels.h"
