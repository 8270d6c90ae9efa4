/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y = x, 16 bytes at a time: how fast memory is for a kernel. */
#extension GL_GOOGLE_include_directive : require
#include "bench-copy.h"
#include "include/words.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { GsBenchCopyPush p; };

void main ()
{
  uint64_t first = uint64_t (line_group ()) * GS_BENCH_COPY_BYTES
                   + uint64_t (gl_LocalInvocationID.x) * 16;

  [[unroll]] for (uint i = 0; i < GS_BENCH_COPY_BYTES; i += 64 * 16)
    WordPair (p.y + first + i).words = WordPair (p.x + first + i).words;
}
