/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Attention without assumptions about the device: a workgroup takes one query of one head; its
 * invocations share the keys, then the channels, over blocks of keys with a running maximum
 * (Milakov and Gimelshein, "Online normalizer calculation for softmax"). */
#extension GL_GOOGLE_include_directive : require
#include "attention.h"
#include "include/memory.glsl"

#define LANES 64

layout(local_size_x = LANES) in;
layout(constant_id = 0) const uint CHANNEL_SLOTS = 1; /* channels per lane */
layout(push_constant) uniform Push { GsAttentionPush p; };

shared float scores[LANES];

void main ()
{
  uint lane = gl_LocalInvocationID.x;
  uint query = gl_WorkGroupID.x, head = gl_WorkGroupID.y, n = gl_WorkGroupID.z;
  uint width = p.heads * p.head_channels;
  uint q = (n * p.queries + query) * width + head * p.head_channels;
  uint keys = p.causal != 0 ? min (p.keys, query + 1) : p.keys;
  float sums[CHANNEL_SLOTS];
  float highest = -1e30, total = 0.0;

  for (uint s = 0; s < CHANNEL_SLOTS; s++)
    sums[s] = 0.0;
  for (uint first = 0; first < keys; first += LANES)
    {
      uint count = min (LANES, keys - first);
      uint k = (n * p.keys + first + lane) * width + head * p.head_channels;
      float score = -1e30, block_highest = highest, shrink;

      if (lane < count)
        {
          score = 0.0;
          for (uint c = 0; c < p.head_channels; c++)
            score += load (p.q, q + c) * load (p.k, k + c);
          score *= p.scale;
        }
      barrier ();
      scores[lane] = score;
      barrier ();
      for (uint i = 0; i < count; i++)
        block_highest = max (block_highest, scores[i]);
      shrink = exp (highest - block_highest);
      highest = block_highest;
      total *= shrink;
      for (uint s = 0; s < CHANNEL_SLOTS; s++)
        sums[s] *= shrink;
      for (uint i = 0; i < count; i++)
        {
          uint v = (n * p.keys + first + i) * width + head * p.head_channels;
          float weight = exp (scores[i] - highest);

          total += weight;
          for (uint s = 0; s < CHANNEL_SLOTS; s++)
            if (s * LANES + lane < p.head_channels)
              sums[s] += weight * load (p.v, v + s * LANES + lane);
        }
    }
  for (uint s = 0; s < CHANNEL_SLOTS; s++)
    if (s * LANES + lane < p.head_channels)
      store (p.y, q + s * LANES + lane, sums[s] / total);
}
