// Bilinear reading of a picture of floats at eight places: Swift 6.3 has no word for a gather and inserts lane by lane,
// thirty-two bounds checks and inserts for eight samples. Pairs are gathered as 64-bit words (left and right neighbour in
// one). Together with leaving hidden views out this took rebuilding from 50 views of 400 pixels from 155 to 110 CPU seconds.
#pragma once

typedef float maquette_gather_floats __attribute__((ext_vector_type(8)));
typedef int maquette_gather_ints __attribute__((ext_vector_type(8)));

#ifdef __AVX2__
typedef double maquette_gather_doubles __attribute__((ext_vector_type(4)));
typedef int maquette_gather_half __attribute__((ext_vector_type(4)));

// Left and right neighbours at eight places, of which each and the float behind it are read.
static inline __attribute__((always_inline)) void maquette_gather_pairs(
    const float *base, maquette_gather_ints at, maquette_gather_floats *left,
    maquette_gather_floats *right) {
  maquette_gather_half low = __builtin_shufflevector(at, at, 0, 1, 2, 3);
  maquette_gather_half high = __builtin_shufflevector(at, at, 4, 5, 6, 7);
  maquette_gather_doubles all = (maquette_gather_doubles)(__attribute__((ext_vector_type(4))) long){-1, -1, -1, -1};
  maquette_gather_doubles none = {0, 0, 0, 0};
  maquette_gather_floats a = (maquette_gather_floats)(maquette_gather_doubles)__builtin_ia32_gatherd_pd256(
      none, (const double *)base, low, all, 4);
  maquette_gather_floats b = (maquette_gather_floats)(maquette_gather_doubles)__builtin_ia32_gatherd_pd256(
      none, (const double *)base, high, all, 4);
  *left = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
  *right = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}
#else
static inline __attribute__((always_inline)) void maquette_gather_pairs(
    const float *base, maquette_gather_ints at, maquette_gather_floats *left,
    maquette_gather_floats *right) {
  maquette_gather_floats l, r;
  for (int i = 0; i < 8; i++) {
    l[i] = base[at[i]];
    r[i] = base[at[i] + 1];
  }
  *left = l;
  *right = r;
}
#endif

// `at`: the upper left of each place's four pixels, which must lie within the picture; fx, fy: the way to the others.
static inline __attribute__((always_inline)) maquette_gather_floats maquette_bilinear(
    const float *values, int width, maquette_gather_ints at, maquette_gather_floats fx,
    maquette_gather_floats fy) {
  maquette_gather_floats a, b, c, d;
  maquette_gather_pairs(values, at, &a, &b);
  maquette_gather_pairs(values + width, at, &c, &d);
  maquette_gather_floats upper = a + (b - a) * fx;
  maquette_gather_floats lower = c + (d - c) * fx;
  return upper + (lower - upper) * fy;
}
