// Any processor.
#define LEVEL 0
#define KERNELS student_portable
#define ROWS 2
#define COLUMNS 16
#include "kernels.h"
