// Prints a checksum of what each function of Sources/CIntegerVectors gives for the same 20,000 random vectors and for
// extreme ones. However it was compiled, and for whatever processor, the text must be the same.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "integer_vectors.h"

// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
static uint64_t state = 1;
static uint64_t next(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static const int extremes[] = {0, 1, -1, INT32_MAX, INT32_MIN, 127, -128, 255, 1 << 30, -(1 << 30)};

// Of any size up to 32 bits; one in four is extreme.
static lanes_int integers(void) {
  lanes_int lanes;
  for (int i = 0; i < 16; i++) {
    uint64_t r = next();
    lanes[i] = r & 3 ? (int)(uint32_t)(r >> 32) >> (r >> 2 & 31) : extremes[(r >> 8) % 10];
  }
  return lanes;
}

// Between −1000 and 1000, in steps of 1/8, so that halves come up.
static lanes_float fractions(void) {
  lanes_float lanes;
  for (int i = 0; i < 16; i++) lanes[i] = (float)((int)(next() % 16001) - 8000) / 8;
  return lanes;
}

static lanes_byte bytes(void) {
  lanes_byte lanes;
  for (int i = 0; i < 16; i++) lanes[i] = (unsigned char)next();
  return lanes;
}

// FNV-1a, 64 bits.
static void add(uint64_t *sum, const void *data, int count) {
  for (int i = 0; i < count; i++) *sum = (*sum ^ ((const unsigned char *)data)[i]) * 0x100000001B3u;
}

#define FUNCTIONS(F) \
  F(dot) F(widened) F(narrowed) F(to_float) F(truncated) F(max) F(min) F(triple) F(quad) F(left) F(high_product) \
  F(rounding_shift) F(scaled) F(nearest) F(doubt) F(exceed) F(steps) F(store) F(lookup) F(dot_pairs) F(pair) F(widened16) \
  F(cut)
#define NAME(n) n,
#define TEXT(n) #n,
enum { FUNCTIONS(NAME) functions };
static const char *const names[] = {FUNCTIONS(TEXT)};

int main(void) {
  uint64_t sums[functions];
  for (int i = 0; i < functions; i++) sums[i] = 0xCBF29CE484222325u;
  unsigned char table[256];
  for (int i = 0; i < 256; i++) table[i] = (unsigned char)next();
#define ADD(name, value) \
  do { __typeof__(value) given = value; add(&sums[name], &given, sizeof given); } while (0)

  for (int round = 0; round < 20000; round++) {
    lanes_int a = integers(), b = integers(), small = integers() >> 10;
    lanes_float x = fractions(), y = fractions();
    lanes_byte p = bytes(), q = bytes(), r = bytes(), s = bytes();

    // Where the form multiplies signed bytes, what it leaves out is added again, as the engine's biases do.
    lanes_int sum = lanes_dot(small, a, b);
    for (int j = 0; j < 4; j++) sum += lanes_dot_offset() * ((b << (24 - 8 * j)) >> 24);
    ADD(dot, sum);
    ADD(widened, lanes_widened(p));
    ADD(narrowed, lanes_narrowed(a));
    ADD(to_float, lanes_to_float(a));
    ADD(truncated, lanes_truncated(x));
    ADD(max, lanes_max(a, b));
    ADD(min, lanes_min(a, b));
    // The fourth byte may be anything.
    ADD(triple, lanes_triple(p, q, r) & 0xFFFFFF);
    ADD(quad, lanes_quad(p, q, r, s));
    ADD(left, lanes_left(a, b & 31));
    ADD(high_product, lanes_high_product(a, b & INT32_MAX));
    lanes_int right = b & 15, mask = (1 << right) - 1;
    ADD(rounding_shift, lanes_rounding_shift(a, mask, mask >> 1, right));
    // Products of 24 bits: exact, whether they are rounded before the sum or not.
    ADD(scaled, lanes_scaled(small >> 10, (lanes_float){0} + 0x1p-7f, (lanes_float){0} + 0.25f));
    ADD(nearest, lanes_nearest(x * 2000));
    // Lanes may be put together.
    lanes_float doubts = lanes_doubt(x, (lanes_float){0} + 0.25f);
    float largest = 0;
    for (int i = 0; i < 16; i++) largest = doubts[i] > largest ? doubts[i] : largest;
    ADD(doubt, largest);
    ADD(exceed, lanes_exceed(lanes_doubt(x, y - y), 0.45f));
    ADD(steps, lanes_steps(x, 0.25f * (1 + (float)(round & 7))));
    unsigned char stored[17];
    memset(stored, 7, sizeof stored);
    lanes_store(p, stored, 1 + round % 15);
    add(&sums[store], stored, sizeof stored);
    lanes_byte places[8] = {p, q, r, s, q, p, s, r}, found[8] = {};
    lanes_lookup((const unsigned char *)places, (unsigned char *)found, table, 1 + round % 128);
    add(&sums[lookup], found, sizeof found);
    ADD(dot_pairs, lanes_dot_pairs(small, a, b));
    ADD(pair, lanes_pair(p, q));
    ADD(widened16, lanes_widened16(p));
    ADD(cut, lanes_cut(a >> 8, (lanes_int){0} + 5, (lanes_int){0} + 3, (lanes_int){0} + 250));
  }
  for (int i = 0; i < functions; i++) printf("%s %016llx\n", names[i], (unsigned long long)sums[i]);
  return 0;
}
