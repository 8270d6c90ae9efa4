/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/*
 * weight-gradient for new lavapipe (see matmul-uniform.comp). A workgroup is one vector of invocations, each
 * of which makes ROWS columns o of one channel c and one tap: dy is read by uniform loads and broadcast
 * into multiply-adds, x as whole vectors where they are aligned. A row of dy is summed by itself
 * first, to keep rounding small.
 */
#extension GL_GOOGLE_include_directive : require
#include "weight-gradient.h"
#include "include/words.glsl"

#define ROWS GS_WEIGHT_GRADIENT_ROWS
#define RUN 64

layout(constant_id = GS_WEIGHT_GRADIENT_VECTORS) const bool VECTORS = false; /* x is aligned */
layout(local_size_x_id = GS_WEIGHT_GRADIENT_LANES) in;
layout(push_constant) uniform Push { GsWeightGradientPush p; };

#include "include/uniform.glsl"

const uint ELEMENT_BYTES = ELEMENT4_BYTES / 4;

/* Of the channels from first on, this invocation's of a pixel. */
float load_x (uint pixel, uint first, uint channel)
{
  if (!VECTORS)
    return load (p.x, pixel * p.x_channels + channel);
#ifdef STORAGE_F16
  return load_lane_half (p.x + uint64_t (pixel * p.x_channels + first) * 2);
#else
  return load_lane_float (p.x + uint64_t (pixel * p.x_channels + first) * 4);
#endif
}

void main ()
{
  uint lanes = gl_WorkGroupSize.x, taps = p.kernel * p.kernel;
  uint channel_blocks = (p.channels + lanes - 1) / lanes;
  uint tap = line_group () % taps;
  uint first = line_group () / taps % channel_blocks * lanes;
  uint first_row = line_group () / (taps * channel_blocks) * ROWS;
  uint channel = min (first + gl_SubgroupInvocationID, p.channels - 1);
  uint ky = tap / p.kernel, kx = tap % p.kernel;
  /* Columns of dy whose column of x is one: from begin on, before end. */
  uint begin = p.pad > kx ? (p.pad - kx + p.stride - 1) / p.stride : 0;
  uint end = min (p.y_width, (p.width + p.pad - kx + p.stride - 1) / p.stride);
  uint64_t dy[ROWS];
  float sums[ROWS];

  if (first_row >= p.y_channels)
    return;
  [[unroll]] for (uint r = 0; r < ROWS; r++)
    {
      dy[r] = p.dy + uint64_t (min (first_row + r, p.y_channels - 1)) * ELEMENT_BYTES;
      sums[r] = 0.0;
    }
  [[dont_unroll]] for (uint line = 0; line < p.samples * p.y_height; line++)
    {
      uint n = line / p.y_height;
      uint row = (line - n * p.y_height) * p.stride + ky - p.pad; /* wraps round above x */
      /* A loop without a turn still loads once, with no invocation active: from inside of x. */
      uint x_line = (n * p.height + min (row, p.height - 1)) * p.width + kx - p.pad;
      uint stop = row < p.height ? end : begin;

      [[dont_unroll]] for (uint start = begin; start < stop; start += RUN)
        {
          float run[ROWS];

          [[unroll]] for (uint r = 0; r < ROWS; r++)
            run[r] = 0.0;
          [[dont_unroll]] for (uint j = start; j < min (start + RUN, stop); j++)
            {
              float x = load_x (x_line + j * p.stride, first, channel);
              uint64_t offset = uint64_t ((line * p.y_width + j) * p.y_channels) * ELEMENT_BYTES;

              [[unroll]] for (uint r = 0; r < ROWS; r++)
                run[r] = fma (load_uniform_one (dy[r] + offset, 0), x, run[r]);
            }
          [[unroll]] for (uint r = 0; r < ROWS; r++)
            sums[r] += run[r];
        }
    }
  if (first + gl_SubgroupInvocationID < p.channels)
    [[unroll]] for (uint r = 0; r < ROWS; r++)
      if (first_row + r < p.y_channels)
        store (p.dw, ((first_row + r) * p.channels + channel) * taps + tap, sums[r]);
}
