// Kernels for int8: exact integer sums, scaled as TensorFlow Lite Micro's reference kernels scale them.

// Scales N columns of R rows of sums and stores them. Blocks of 16 channels: biases, multipliers, shifts to the left,
// shifts to the right.
INLINE void store_scaled(const int R, const int N, const student_step *s, ints sums[ROWS][2], const ints *scaling,
                         student_cell *output, int columns) {
  UNROLL for (int n = 0; n < N; n++) {
    const ints multiplier = scaling[4 * n + 1], left = scaling[4 * n + 2], right = scaling[4 * n + 3];
    const ints addend = ((1 << right) >> 1) + (s->output_zero << right);
    UNROLL for (int r = 0; r < R; r++) {
      student_cell *place = output + (size_t)r * s->output_channels + 16 * n;
      ints x = s->is_plain ? rescaled_plainly(sums[r][n], multiplier, addend, right)
                           : rescaled(sums[r][n], multiplier, left, right) + s->output_zero;
      store_cells(place, to_cells(x, 0, s->cell_low, s->cell_high), columns - 16 * n);
    }
  }
}

// As `float_tile`, four values of a row at a time.
INLINE void cell_tile(const int R, const int N, const student_step *s, const operands *o, const student_cell *left,
                      const ints *right, const ints *scaling, student_cell *output, int columns) {
  ints sums[ROWS][2];
  UNROLL for (int r = 0; r < R; r++) UNROLL for (int n = 0; n < N; n++) sums[r][n] = scaling[4 * n];
  for (int y = 0; y < o->segments_y; y++) {
    for (int x = 0; x < o->segments_x; x++) {
      const student_cell *a = left + y * o->segment_y + x * o->segment_x;
      for (int k = 0; k < o->depth; k += 4, a += 4, right += N) {
        UNROLL for (int r = 0; r < R; r++) {
          int32_t four;
          memcpy(&four, a + r * o->row, 4);
          UNROLL for (int n = 0; n < N; n++) sums[r][n] = dot(sums[r][n], (ints)(four), right[n]);
        }
      }
    }
  }
  store_scaled(R, N, s, sums, scaling, output, columns);
}

static void convolve_cells(const student_step *s, char *memory) {
  const student_cell *image = framed(s, memory, s->channels, s->zero);
  const lines_of_rows l = rows_of(s, (char *)image != memory + s->input);
  const ints *right = s->weights, *scaling = s->bias;
  const int columns = s->output_channels / s->groups, tiles = (l.length + ROWS - 1) / ROWS;
  for (int group = 0; group < s->groups; group++) {
    for (int c = 0, panel; c < columns; c += panel) {
      panel = student_panel(columns - c, COLUMNS);
      for (int line = 0; line < l.lines; line++) {
        for (int tile = 0; tile < tiles; tile++) {
          int first = share(l.length, tiles, tile), rows = share(l.length, tiles, tile + 1) - first;
          const student_cell *left = image + line * l.line + first * l.rows.row + group * (s->channels / s->groups);
          student_cell *output = (student_cell *)(memory + s->output) + group * columns + c +
                                 (size_t)(line * l.length + first) * s->output_channels;
          int shown = least(panel, columns - c);
#define SLIM(r) cell_tile(r, 1, s, &l.rows, left, right, scaling, output, shown)
#define WIDE(r) cell_tile(r, 2, s, &l.rows, left, right, scaling, output, shown)
          if (panel == 16) { WITH_ROWS(rows, SLIM) } else { WITH_ROWS(rows, WIDE) }
#undef SLIM
#undef WIDE
        }
      }
      right += panel / 16 * l.rows.segments_y * l.rows.segments_x * ((l.rows.depth + 3) / 4);
      scaling += 4 * (panel / 16);
    }
  }
}

// R neighbouring pixels of sixteen channels. A frame's pixel holds, for each channel, itself and the three pixels
// to the right of it, so that one product takes four taps.
INLINE void cell_taps(const int R, const student_step *s, const ints *frame, int width, const ints *filter,
                      const ints *scaling, student_cell *output, int columns) {
  ints sums[ROWS][2];
  UNROLL for (int r = 0; r < R; r++) sums[r][0] = scaling[0];
  for (int y = 0; y < s->kernel_height; y++, frame += width) {
    for (int x = 0; x < s->kernel_width; x += 4, filter++) {
      UNROLL for (int r = 0; r < R; r++) sums[r][0] = dot(sums[r][0], frame[r * s->stride_x + x], *filter);
    }
  }
  store_scaled(R, 1, s, sums, scaling, output, columns);
}

// Puts sixteen channels of a line into a frame's form, every `step`th pixel with the three to the right of it.
INLINE void interleave(const cells *line, ints *frame, int width, int step) {
  typedef student_cell pairs __attribute__((ext_vector_type(32)));
  typedef int16_t halves __attribute__((ext_vector_type(16)));
  typedef int16_t wholes __attribute__((ext_vector_type(32)));
  for (int x = 0; x < width; x += step) {
#define ZIP(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, \
                          27, 12, 28, 13, 29, 14, 30, 15, 31)
    pairs near = ZIP(line[x], line[x + 1]), far = ZIP(line[x + 2], line[x + 3]);
    wholes quads = ZIP((halves)near, (halves)far);
    frame[x] = (ints)quads;
#undef ZIP
  }
}

static void depthwise_cells(const student_step *s, char *memory) {
  const int height = (s->output_height - 1) * s->stride_y + s->kernel_height;
  const int width = (s->output_width - 1) * s->stride_x + s->kernel_width;
  const int inside = least(s->width, width - s->left), tiles = (s->output_width + ROWS - 1) / ROWS;
  // Windows begin at multiples of the step, and taps are four apart.
  const int step = s->stride_x == 2 || s->stride_x == 4 ? s->stride_x : 1;
  ints *frame = (ints *)(memory + s->scratch);
  cells *line = (cells *)(frame + height * width + 4);
  const ints *filter = s->weights, *scaling = s->bias;
  for (int c = 0; c < s->channels; c += 16, scaling += 4) {
    memset(line, s->zero, sizeof(cells) * (width + 4));
    for (int y = 0; y < height; y++) {
      int row = y - s->top;
      if (row == s->height) memset(line, s->zero, sizeof(cells) * width);
      if (row >= 0 && row < s->height) {
        const student_cell *from = (student_cell *)(memory + s->input) + (size_t)row * s->width * s->channels + c;
        for (int x = 0; x < inside; x++) line[s->left + x] = *(cells *)(from + (size_t)x * s->channels);
      }
      interleave(line, frame + y * width, width, step);
    }
    for (int y = 0; y < s->output_height; y++) {
      for (int tile = 0; tile < tiles; tile++) {
        int first = share(s->output_width, tiles, tile), rows = share(s->output_width, tiles, tile + 1) - first;
        const ints *corner = frame + y * s->stride_y * width + first * s->stride_x;
        student_cell *output = (student_cell *)(memory + s->output) + c +
                               (size_t)(y * s->output_width + first) * s->output_channels;
        int shown = least(16, s->channels - c);
#define TAPS(r) cell_taps(r, s, corner, width, filter, scaling, output, shown)
        WITH_ROWS(rows, TAPS)
#undef TAPS
      }
    }
    filter += s->kernel_height * ((s->kernel_width + 3) / 4);
  }
}

static void pool_cells(const student_step *s, char *memory) {
  student_cell *output = (student_cell *)(memory + s->output);
  for (int place = 0; place < s->output_height * s->output_width; place++, output += s->channels) {
    const window w = window_at(s, place / s->output_width, place % s->output_width);
    const int count = (w.y_end - w.y) * (w.x_end - w.x);
    for (int c = 0; c < s->channels; c += 16) {
      ints sum = (ints)(s->maximum ? -128 : 0);
      for (int y = w.y; y < w.y_end; y++) {
        const student_cell *from = (student_cell *)(memory + s->input) + ((size_t)y * s->width + w.x) * s->channels + c;
        for (int x = w.x; x < w.x_end; x++, from += s->channels) {
          ints value = __builtin_convertvector(*(cells *)from, ints) - STUDENT_CELL_OFFSET;
          sum = s->maximum ? (value > sum ? value : sum) : sum + value;
        }
      }
      // Half a unit goes away from zero.
      if (!s->maximum)
        for (int i = 0; i < 16; i++) sum[i] = (sum[i] + (sum[i] > 0 ? count / 2 : -(count / 2))) / count;
      store_cells(output + c, to_cells(sum, STUDENT_CELL_OFFSET, s->cell_low, s->cell_high), s->channels - c);
    }
  }
}

// A sum of two scaled inputs, or a scaled product where `maximum`.
static void pair_cells(const student_step *s, char *memory) {
  const student_cell *input = (student_cell *)(memory + s->input);
  const student_cell *other = s->constant ? s->constant : (student_cell *)(memory + s->other);
  student_cell *output = (student_cell *)(memory + s->output);
  const int length = s->period == 1 ? s->count : s->period;
#define SCALED(x, i) rescaled(x, (ints)(s->multiplier[i]), (ints)(s->shift_left[i]), (ints)(s->shift_right[i]))
  for (int place = 0; place < s->count; place += length) {
    for (int c = 0; c < length; c += 16) {
      ints a = __builtin_convertvector(*(cells *)(input + place + c), ints) - s->zero;
      ints b = s->period == 1 ? (ints)(*other) : __builtin_convertvector(*(cells *)(other + c), ints);
      b -= s->other_zero;
      ints value = s->maximum ? SCALED(a * b, 2) : SCALED(SCALED(a << 20, 0) + SCALED(b << 20, 1), 2);
      store_cells(output + place + c, to_cells(value, s->output_zero, s->cell_low, s->cell_high), length - c);
    }
  }
#undef SCALED
}

// A byte for each byte.
static void map_cells(const student_step *s, char *memory) {
  const uint8_t *input = (uint8_t *)(memory + s->input);
  uint8_t *output = (uint8_t *)(memory + s->output);
  int i = 0;
#if LEVEL == 3
  const __m512i a = _mm512_loadu_si512(s->table), b = _mm512_loadu_si512(s->table + 64);
  const __m512i c = _mm512_loadu_si512(s->table + 128), d = _mm512_loadu_si512(s->table + 192);
  for (; i + 64 <= s->count; i += 64) {
    __m512i x = _mm512_loadu_si512(input + i);
    __m512i low = _mm512_permutex2var_epi8(a, x, b), high = _mm512_permutex2var_epi8(c, x, d);
    _mm512_storeu_si512(output + i, _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high));
  }
#elif LEVEL == 2
  // Sixteen entries at a time by the low four bits of a place; bit 4 chooses by shuffles that give 0, the others by blends.
  for (; i + 32 <= s->count; i += 32) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(input + i)), found[8];
    __m256i bit = _mm256_and_si256(_mm256_slli_epi16(x, 3), _mm256_set1_epi8((char)0x80));
    __m256i even = _mm256_or_si256(_mm256_and_si256(x, _mm256_set1_epi8(15)), bit);
    __m256i odd = _mm256_xor_si256(even, _mm256_set1_epi8((char)0x80));
#pragma unroll
    for (int part = 0; part < 8; part++) {
      const __m128i *entries = (const __m128i *)s->table + 2 * part;
      found[part] = _mm256_or_si256(
          _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128(entries)), even),
          _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128(entries + 1)), odd));
    }
#pragma unroll
    for (int shift = 2; shift >= 0; shift--)
#pragma unroll
      for (int part = 0; part < 1 << shift; part++)
        found[part] = _mm256_blendv_epi8(found[2 * part], found[2 * part + 1], _mm256_slli_epi16(x, shift));
    _mm256_storeu_si256((__m256i *)(output + i), found[0]);
  }
#elif LEVEL == 1
  for (; i + 16 <= s->count; i += 16) {
    uint8x16_t x = vld1q_u8(input + i), y = vdupq_n_u8(0);
    for (int part = 0; part < 4; part++)
      y = vorrq_u8(y, vqtbl4q_u8(vld1q_u8_x4(s->table + 64 * part), vsubq_u8(x, vdupq_n_u8(64 * part))));
    vst1q_u8(output + i, y);
  }
#endif
  for (; i < s->count; i++) output[i] = s->table[input[i]];
}

static void gather_cells(const student_step *s, char *memory) {
  const uint8_t *input = (uint8_t *)(memory + s->input);
  for (int i = 0; i < s->count; i++) ((uint8_t *)(memory + s->output))[i] = input[s->places[i]];
}
