// What the kernels and their tests use of the system's C library.
#pragma once
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Has every line written when it ends, wherever it goes to.
static inline void print_line_by_line(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
