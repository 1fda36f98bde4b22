// All kernels for one instruction set; the file that includes this says which.
//
// LEVEL    0 none in particular, 1 ARM's byte products, 2 AVX2, 3 AVX-512
// ROWS     rows of a tile of sums, which stay in registers
// COLUMNS  columns of a tile, 16 or 32
#include "vectors.h"
#include "float_kernels.h"
#include "cell_kernels.h"

const student_kernels KERNELS = {
    convolve_float, depthwise_float, pool_float,  pair_float,    activate_float, softmax_float,   convolve_cells,
    depthwise_cells, pool_cells,     pair_cells,  map_cells,     gather_floats,  gather_cells,    COLUMNS};
