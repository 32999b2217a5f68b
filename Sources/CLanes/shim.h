// Vector instructions that Swift 6.3 has no word for, or spells out lane by lane: its squareRoot() of eight
// floats is eight branches, truncation traps on one lane out of range, and bits can be had only of one lane
// at a time. Clang's own vector functions, so that any processor has them; nothing here touches memory.
#pragma once

typedef float maquette_floats __attribute__((ext_vector_type(8)));
typedef int maquette_ints __attribute__((ext_vector_type(8)));

#define MAQUETTE_LANES static inline __attribute__((always_inline, const))

MAQUETTE_LANES maquette_floats maquette_square_root(maquette_floats v) {
  return __builtin_elementwise_sqrt(v);
}

// Towards zero; what does not fit into 32 bits becomes some number.
MAQUETTE_LANES maquette_ints maquette_truncated(maquette_floats v) {
#ifdef __AVX2__
  return (maquette_ints)__builtin_ia32_cvttps2dq256(v);
#else
  maquette_ints r;
  for (int i = 0; i < 8; i++) r[i] = v[i] > -2e9f && v[i] < 2e9f ? (int)v[i] : 0;
  return r;
#endif
}

MAQUETTE_LANES maquette_ints maquette_bits(maquette_floats v) { return (maquette_ints)v; }

MAQUETTE_LANES maquette_floats maquette_of_bits(maquette_ints v) { return (maquette_floats)v; }

// The sign bits, the first lane's lowest.
MAQUETTE_LANES unsigned maquette_signs(maquette_ints v) {
#ifdef __AVX2__
  return (unsigned)__builtin_ia32_movmskps256((maquette_floats)v);
#else
  unsigned r = 0;
  for (int i = 0; i < 8; i++) r |= (unsigned)(v[i] < 0) << i;
  return r;
#endif
}
