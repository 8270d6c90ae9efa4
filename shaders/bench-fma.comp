/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * Multiply-adds and nothing else: how fast arithmetic goes here at best. The half-precision version
 * works on pairs, as packed arithmetic does.
 *
 * As many sums as fit 16 registers hide each other's latency. Each takes in neighbours at changing
 * distances, or compilers do one sum after the other to the end, and the processor waits: with
 * independent sums Mesa's CPU driver came to 50 GFLOP/s where this comes to 92 and plain C to 99.
 * A turn of the loop is long because that driver keeps variables in memory between turns.
 */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "bench-fma.h"
#include "include/memory.glsl"

#ifdef STORAGE_F16
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#define NUMBER f16vec2
#else
#define NUMBER float
#endif

layout(local_size_x = GS_BENCH_FMA_LANES) in;
layout(push_constant) uniform Push { GsBenchFmaPush p; };

void main ()
{
  NUMBER sums[GS_BENCH_FMA_SUMS];
  /* Nothing, but that makes a vector of factor: else it would be broadcast anew at each use. */
  float none = float (gl_LocalInvocationID.x / GS_BENCH_FMA_LANES);
  NUMBER factor = NUMBER (p.factor + none), total = NUMBER (0.0);

  /* All different, or the compiler computes one for all. */
  [[unroll]] for (uint i = 0; i < GS_BENCH_FMA_SUMS; i++)
    sums[i] = NUMBER (1.0 + float (i * 64 + gl_LocalInvocationID.x) / 1024.0);
  [[dont_unroll]] for (uint turn = 0; turn < p.turns; turn++)
    [[unroll]] for (uint k = 0; k < GS_BENCH_FMA_REPEATS; k++)
      [[unroll]] for (uint i = 0; i < GS_BENCH_FMA_SUMS; i++)
        sums[i] = fma (sums[(i + (1 << k % 3)) % GS_BENCH_FMA_SUMS], factor, sums[i]);
  [[unroll]] for (uint i = 0; i < GS_BENCH_FMA_SUMS; i++)
    total += sums[i];
  /* Never true, which only the host knows. */
  if (total == NUMBER (-1.0))
    store (p.y, 0, 1.0);
}
