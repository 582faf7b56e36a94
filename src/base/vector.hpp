// SPDX-License-Identifier: Apache-2.0
// Loops over rows exist twice: for AVX2 and for every x86-64; the loader's resolver picks one when
// the program starts. Contraction to fused multiply-add is off, so both give the same bits.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SIGNMARK_VECTOR __attribute__((target_clones("avx2", "default")))
#else
#define SIGNMARK_VECTOR
#endif

// Before a loop whose output may be its own input, element by element: none is read after another
// was written.
#if defined(__clang__)
#define SIGNMARK_IN_PLACE _Pragma("clang loop vectorize(assume_safety)")
#else
#define SIGNMARK_IN_PLACE _Pragma("GCC ivdep")
#endif
