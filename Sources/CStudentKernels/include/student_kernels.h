// What StudentRuntime computes with: one kernel a step, written once and compiled for several instruction sets.
#pragma once
#include <stddef.h>
#include <stdint.h>

// One value of an int8 activation. x86 multiplies unsigned bytes with signed ones, so there activations are kept
// 128 higher than the file says, zero points and limits as well; elsewhere as they are.
#if defined(__x86_64__) || defined(__i386__)
typedef uint8_t student_cell;
#define STUDENT_CELL_OFFSET 128
#else
typedef int8_t student_cell;
#define STUDENT_CELL_OFFSET 0
#endif

// Readable bytes that must stand behind every buffer: kernels load whole vectors.
enum { student_margin = 128 };

typedef enum {
  student_no_activation, student_relu, student_relu6, student_hard_swish, student_gelu, student_logistic
} student_activation;

typedef struct student_step student_step;

// One kernel and all that it needs. Places are bytes from the start of the memory of activations.
struct student_step {
  void (*run)(const student_step *step, char *memory);
  size_t input, other, output, scratch;
  // Of one image: channels last.
  int height, width, channels, output_height, output_width, output_channels;
  // A window's size and steps, and the places above and to the left of the image that it reads.
  int kernel_height, kernel_width, stride_y, stride_x, top, left, groups;
  // What follows in the same kernel: limits, then a sum with `other` where `adds`, then an activation.
  float low, high;
  int adds, activation;
  // Packed by `student_panel`; a bias for each output channel, and for int8 what scales its sum: blocks of 16
  // biases, multipliers, shifts to the left and shifts to the right.
  const void *weights, *bias;
  // int8: zero points and limits, moved as the cells are; the numbers that scale inputs and output of a sum.
  int zero, other_zero, output_zero, cell_low, cell_high;
  // Whether all scaling is plain (`rescaled_plainly`).
  int is_plain;
  int multiplier[3], shift_left[3], shift_right[3];
  // A second operand of `period` values repeats; a constant one stands at `constant`, not at `other`.
  const void *constant;
  int count, period, maximum;
  // A byte for each byte, or for each output the place in the input that it copies.
  const uint8_t *table;
  const int32_t *places;
};

typedef void (*student_kernel)(const student_step *step, char *memory);

typedef struct {
  student_kernel convolve_float, depthwise_float, pool_float, pair_float, activate_float, softmax_float;
  student_kernel convolve_cells, depthwise_cells, pool_cells, pair_cells, map_cells;
  student_kernel gather_floats, gather_cells;
  // The most columns of a panel of packed weights: 32 or 16.
  int columns;
} student_kernels;

// The kernels of an instruction set: 0 any processor, 1 ARM's byte products, 2 AVX2, 3 AVX-512 with byte products;
// NULL if this processor lacks it.
const student_kernels *student_kernels_of_level(int level);

// Columns of the panel that begins `rest` columns before the end.
static inline int student_panel(int rest, int columns) { return rest > 16 ? columns : 16; }

// The file's bytes, for `student_free`; NULL if it cannot be read, and `student_last_error` says why.
char *student_read_file(const char *path, long *size);
void student_free(char *bytes);
const char *student_last_error(void);
float student_exponential(float x);

// An owner's memory, or NULL while another thread has it; `student_give_back` returns what is to be freed.
static inline void *student_take(void **slot) { return __atomic_exchange_n(slot, NULL, __ATOMIC_ACQ_REL); }
static inline void *student_give_back(void **slot, void *memory) {
  return __atomic_exchange_n(slot, memory, __ATOMIC_ACQ_REL);
}

static inline void student_run(const student_step *steps, int count, char *memory) {
  for (int i = 0; i < count; i++) steps[i].run(&steps[i], memory);
}
