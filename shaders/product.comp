/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* y[i][j] = scale sum_k a[i a_row + k a_step] b[j b_row + k b_step]; sums of sums keep rounding
 * small. */
#extension GL_GOOGLE_include_directive : require
#include "product.h"
#include "include/words.glsl"

#define RUN 64

layout(local_size_x = 64) in;
layout(constant_id = GS_PRODUCT_FLOAT_A) const bool FLOAT_A = false;
layout(constant_id = GS_PRODUCT_FLOAT_B) const bool FLOAT_B = false;
layout(constant_id = GS_PRODUCT_FLOAT_Y) const bool FLOAT_Y = false;
layout(constant_id = GS_PRODUCT_FOURS) const bool FOURS = false;
layout(push_constant) uniform Push { GsProductPush p; };

float load_a (uint i) { return FLOAT_A ? Floats (p.a).at[i] : load (p.a, i); }
float load_b (uint i) { return FLOAT_B ? Floats (p.b).at[i] : load (p.b, i); }

vec4 four_of (bool is_float, uint64_t base, uint i)
{
  return is_float ? load_floats (base + uint64_t (i) * 4)
                  : load_four (base + uint64_t (i) * (ELEMENT4_BYTES / 4));
}

/* Of so much of the depth from begin on. */
float sum_run (uint a, uint b, uint begin, uint end)
{
  float sum = 0.0;

  if (FOURS)
    {
      vec4 sums = vec4 (0.0);

      for (uint k = begin; k < end; k += 4)
        sums += four_of (FLOAT_A, p.a, a + k) * four_of (FLOAT_B, p.b, b + k);
      return sums.x + sums.y + (sums.z + sums.w);
    }
  for (uint k = begin; k < end; k++)
    sum += load_a (a + k * p.a_step) * load_b (b + k * p.b_step);
  return sum;
}

void main ()
{
  uint index = line_group () * 64 + gl_LocalInvocationID.x;
  uint a = index / p.columns * p.a_row;
  uint b = index % p.columns * p.b_row;
  float sum = 0.0;

  if (index >= p.rows * p.columns)
    return;
  for (uint begin = 0; begin < p.depth; begin += RUN)
    sum += sum_run (a, b, begin, min (begin + RUN, p.depth));
  if (FLOAT_Y)
    Floats (p.y).at[index] = sum * p.scale;
  else
    store (p.y, index, sum * p.scale);
}
