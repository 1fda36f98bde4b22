// Kernels for fp32.

INLINE floats activated(floats x, int activation) {
  switch (activation) {
    case student_relu: return limited(x, (floats)(0), (floats)(INFINITY));
    case student_relu6: return limited(x, (floats)(0), (floats)(6));
    case student_hard_swish: return x * limited(x + 3, (floats)(0), (floats)(6)) * (1 / 6.0f);
    case student_gelu:
      for (int i = 0; i < 16; i++) x[i] = 0.5f * x[i] * (1 + erff(x[i] * 0.70710678f));
      return x;
    case student_logistic:
      for (int i = 0; i < 16; i++) x[i] = 1 / (1 + expf(-x[i]));
      return x;
    default: return x;
  }
}

// Adds `other` to `rows` rows of the output and activates them, while they are in the first cache.
INLINE void finish_floats(const student_step *s, char *memory, float *output, int rows, int columns) {
  if (!s->adds && !s->activation) return;
  const float *other = (float *)(memory + s->other) + (output - (float *)(memory + s->output));
  for (int row = 0; row < rows; row++) {
    for (int c = 0; c < columns; c += 16) {
      floats x = *(floats *)(output + c);
      if (s->adds) x += *(floats *)(other + c);
      store_floats(output + c, activated(x, s->activation), columns - c);
    }
    output += s->output_channels, other += s->output_channels;
  }
}

// Where the rows of a tile of a convolution are: `segments_y` × `segments_x` stretches of `depth` values.
typedef struct {
  size_t row, segment_y, segment_x;
  int segments_y, segments_x, depth;
} operands;

// R rows × 16·N columns of sums. R and N are constants, so that the sums stay in registers.
INLINE void float_tile(const int R, const int N, const student_step *s, const operands *o, const float *left,
                       const float *right, const float *bias, float *output, int columns) {
  floats sums[ROWS][2];
  UNROLL for (int r = 0; r < R; r++) UNROLL for (int n = 0; n < N; n++) sums[r][n] = *(floats *)(bias + 16 * n);
  for (int y = 0; y < o->segments_y; y++) {
    for (int x = 0; x < o->segments_x; x++) {
      const float *a = left + y * o->segment_y + x * o->segment_x;
      for (int k = 0; k < o->depth; k++, a++, right += 16 * N) {
        UNROLL for (int r = 0; r < R; r++)
          UNROLL for (int n = 0; n < N; n++) sums[r][n] += (floats)(a[r * o->row]) * *(floats *)(right + 16 * n);
      }
    }
  }
  const floats low = (floats)(s->low), high = (floats)(s->high);
  UNROLL for (int r = 0; r < R; r++) UNROLL for (int n = 0; n < N; n++)
    store_floats(output + (size_t)r * s->output_channels + 16 * n, limited(sums[r][n], low, high), columns - 16 * n);
}

// Calls BODY(r) with the constant that `rows` is.
#if ROWS > 6
#define LARGE_ROWS(BODY) \
  case 7: BODY(7); break; case 8: BODY(8); break; case 9: BODY(9); break; case 10: BODY(10); break; \
  case 11: BODY(11); break; case 12: BODY(12); break; case 13: BODY(13); break; case 14: BODY(14); break;
#else
#define LARGE_ROWS(BODY)
#endif
#if ROWS > 2
#define MORE_ROWS(BODY) \
  case 3: BODY(3); break; case 4: BODY(4); break; case 5: BODY(5); break; \
  case 6: BODY(ROWS > 5 ? 6 : 5); break; LARGE_ROWS(BODY)
#else
#define MORE_ROWS(BODY)
#endif
#define WITH_ROWS(rows, BODY) \
  switch (rows) { case 1: BODY(1); break; case 2: BODY(2); break; MORE_ROWS(BODY) }

// Where the share at `index` begins if `length` is dealt to `parts` as evenly as can be.
INLINE int share(int length, int parts, int index) { return length / parts * index + least(index, length % parts); }

// Copies an image of `size`-byte pixels into a larger one, with `blank` bytes around it.
static const void *framed(const student_step *s, char *memory, int size, int blank) {
  int height = (s->output_height - 1) * s->stride_y + s->kernel_height;
  int width = (s->output_width - 1) * s->stride_x + s->kernel_width;
  char *image = memory + s->input, *frame = memory + s->scratch;
  if (s->top == 0 && s->left == 0 && height <= s->height && width <= s->width) return image;
  int inside = least(s->width, width - s->left);
  for (int y = 0; y < height; y++) {
    char *row = frame + (size_t)y * width * size;
    if (y < s->top || y - s->top >= s->height) {
      memset(row, blank, (size_t)width * size);
      continue;
    }
    memset(row, blank, (size_t)s->left * size);
    memcpy(row + s->left * size, image + (size_t)(y - s->top) * s->width * size, (size_t)inside * size);
    memset(row + (s->left + inside) * size, blank, (size_t)(width - s->left - inside) * size);
  }
  return frame;
}

// The rows of a convolution's left-hand side: lines of pixels in the image or its frame.
typedef struct {
  operands rows;
  size_t line;
  int lines, length;
} lines_of_rows;

static lines_of_rows rows_of(const student_step *s, int is_framed) {
  int width = is_framed ? (s->output_width - 1) * s->stride_x + s->kernel_width : s->width;
  size_t pixel = s->channels, line = pixel * width;
  int depth = s->channels / s->groups, contiguous = s->groups == 1;
  lines_of_rows l = {{s->stride_x * pixel, line, pixel, s->kernel_height, contiguous ? 1 : s->kernel_width,
                      contiguous ? depth * s->kernel_width : depth},
                     s->stride_y * line, s->output_height, s->output_width};
  // Without windows and steps an image is one line.
  if (s->kernel_height * s->kernel_width * s->stride_x * s->stride_y == 1 && !is_framed)
    l.length *= l.lines, l.lines = 1;
  return l;
}

static void convolve_float(const student_step *s, char *memory) {
  const float *image = framed(s, memory, 4 * s->channels, 0), *right = s->weights, *bias = s->bias;
  const lines_of_rows l = rows_of(s, (char *)image != memory + s->input);
  const int columns = s->output_channels / s->groups, tiles = (l.length + ROWS - 1) / ROWS;
  for (int group = 0; group < s->groups; group++) {
    for (int c = 0, panel; c < columns; c += panel) {
      panel = student_panel(columns - c, COLUMNS);
      for (int line = 0; line < l.lines; line++) {
        for (int tile = 0; tile < tiles; tile++) {
          int first = share(l.length, tiles, tile), rows = share(l.length, tiles, tile + 1) - first;
          const float *left = image + line * l.line + first * l.rows.row + group * (s->channels / s->groups);
          float *output = (float *)(memory + s->output) + group * columns + c +
                          (size_t)(line * l.length + first) * s->output_channels;
          int shown = least(panel, columns - c);
#define SLIM(r) float_tile(r, 1, s, &l.rows, left, right, bias, output, shown)
#define WIDE(r) float_tile(r, 2, s, &l.rows, left, right, bias, output, shown)
          if (panel == 16) { WITH_ROWS(rows, SLIM) } else { WITH_ROWS(rows, WIDE) }
#undef SLIM
#undef WIDE
          finish_floats(s, memory, output, rows, shown);
        }
      }
      right += (size_t)panel * s->kernel_height * s->kernel_width * (s->channels / s->groups);
      bias += panel;
    }
  }
}

// R neighbouring pixels of sixteen channels.
INLINE void float_taps(const int R, const student_step *s, const floats *frame, int width, const floats *filter,
                       floats bias, float *output, int columns) {
  floats sums[ROWS];
  UNROLL for (int r = 0; r < R; r++) sums[r] = bias;
  for (int y = 0; y < s->kernel_height; y++, frame += width) {
    for (int x = 0; x < s->kernel_width; x++, filter++) {
      const floats f = *filter;
      UNROLL for (int r = 0; r < R; r++) sums[r] += frame[r * s->stride_x + x] * f;
    }
  }
  const floats low = (floats)(s->low), high = (floats)(s->high);
  UNROLL for (int r = 0; r < R; r++)
    store_floats(output + (size_t)r * s->output_channels, limited(sums[r], low, high), columns);
}

static void depthwise_float(const student_step *s, char *memory) {
  const int height = (s->output_height - 1) * s->stride_y + s->kernel_height;
  const int width = (s->output_width - 1) * s->stride_x + s->kernel_width;
  const int inside = least(s->width, width - s->left), tiles = (s->output_width + ROWS - 1) / ROWS;
  floats *frame = (floats *)(memory + s->scratch);
  memset(frame, 0, sizeof(floats) * height * width);
  const floats *filter = s->weights;
  for (int c = 0; c < s->channels; c += 16, filter += s->kernel_height * s->kernel_width) {
    for (int y = 0; y < least(s->height, height - s->top); y++) {
      const float *from = (float *)(memory + s->input) + (size_t)y * s->width * s->channels + c;
      floats *to = frame + (y + s->top) * width + s->left;
      for (int x = 0; x < inside; x++) to[x] = *(floats *)(from + (size_t)x * s->channels);
    }
    const floats bias = *(floats *)((float *)s->bias + c);
    for (int y = 0; y < s->output_height; y++) {
      for (int tile = 0; tile < tiles; tile++) {
        int first = share(s->output_width, tiles, tile), rows = share(s->output_width, tiles, tile + 1) - first;
        const floats *corner = frame + y * s->stride_y * width + first * s->stride_x;
        float *output = (float *)(memory + s->output) + c +
                        (size_t)(y * s->output_width + first) * s->output_channels;
        int shown = least(16, s->channels - c);
#define TAPS(r) float_taps(r, s, corner, width, filter, bias, output, shown)
        WITH_ROWS(rows, TAPS)
#undef TAPS
        finish_floats(s, memory, output, rows, shown);
      }
    }
  }
}

// The part of a window that lies inside the image.
typedef struct {
  int y, y_end, x, x_end;
} window;

INLINE window window_at(const student_step *s, int y, int x) {
  int top = y * s->stride_y - s->top, left = x * s->stride_x - s->left;
  return (window){top < 0 ? 0 : top, least(s->height, top + s->kernel_height), left < 0 ? 0 : left,
                  least(s->width, left + s->kernel_width)};
}

static void pool_float(const student_step *s, char *memory) {
  float *output = (float *)(memory + s->output);
  for (int place = 0; place < s->output_height * s->output_width; place++, output += s->channels) {
    const window w = window_at(s, place / s->output_width, place % s->output_width);
    const float share = 1.0f / ((w.y_end - w.y) * (w.x_end - w.x));
    for (int c = 0; c < s->channels; c += 16) {
      floats sum = (floats)(s->maximum ? -INFINITY : 0);
      for (int y = w.y; y < w.y_end; y++) {
        const float *from = (float *)(memory + s->input) + ((size_t)y * s->width + w.x) * s->channels + c;
        for (int x = w.x; x < w.x_end; x++, from += s->channels) {
          floats value = *(floats *)from;
          sum = s->maximum ? (value > sum ? value : sum) : sum + value;
        }
      }
      store_floats(output + c, limited(s->maximum ? sum : sum * share, (floats)(s->low), (floats)(s->high)),
                   s->channels - c);
    }
  }
}

// A sum, or a product where `maximum`.
static void pair_float(const student_step *s, char *memory) {
  const float *input = (float *)(memory + s->input);
  const float *other = s->constant ? s->constant : (float *)(memory + s->other);
  float *output = (float *)(memory + s->output);
  const floats low = (floats)(s->low), high = (floats)(s->high);
  const int length = s->period == 1 ? s->count : s->period;
  for (int place = 0; place < s->count; place += length) {
    for (int c = 0; c < length; c += 16) {
      floats a = *(floats *)(input + place + c), b = s->period == 1 ? (floats)(*other) : *(floats *)(other + c);
      a = limited(s->maximum ? a * b : a + b, low, high);
      store_floats(output + place + c, activated(a, s->activation), length - c);
    }
  }
}

static void activate_float(const student_step *s, char *memory) {
  for (int i = 0; i < s->count; i += 16) {
    floats x = *(floats *)((float *)(memory + s->input) + i);
    store_floats((float *)(memory + s->output) + i, activated(x, s->activation), s->count - i);
  }
}

static void softmax_float(const student_step *s, char *memory) {
  const float *input = (float *)(memory + s->input);
  float *output = (float *)(memory + s->output), largest = -INFINITY, sum = 0;
  for (int i = 0; i < s->count; i++) largest = input[i] > largest ? input[i] : largest;
  for (int i = 0; i < s->count; i++) sum += output[i] = expf(input[i] - largest);
  for (int i = 0; i < s->count; i++) output[i] /= sum;
}

static void gather_floats(const student_step *s, char *memory) {
  const float *input = (float *)(memory + s->input);
  for (int i = 0; i < s->count; i++) ((float *)(memory + s->output))[i] = input[s->places[i]];
}
