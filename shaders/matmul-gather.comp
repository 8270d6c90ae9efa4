/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* matmul for new lavapipe (measured: Mesa 26.2), where loads by address are hardware gathers. */
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "matmul.h"
#include "include/matmul-common.glsl"

/* A place is an address. */
#define PLACE uint64_t
#define PLACE_OF_ZEROS p.zeros
#define UNROLL unroll
#define COLUMNS GS_MATMUL_LANES_COLUMNS
#define X_STEP ELEMENT4_BYTES
#define W_STEP weight_bytes

layout(constant_id = GS_MATMUL_UNROLL) const uint unroll = 2;
const uint weight_bytes = weight_f16 ? 8 : 16; /* of a four */

uint64_t place_of (uint source, uint pixel)
{
  return (source == 0 ? p.x : p.x2) + uint64_t (pixel) * (source_fours (source) * X_STEP);
}
uint64_t place_of_weights (uint i) { return p.w + uint64_t (i) * weight_bytes; }
vec4 load_x (uint64_t place) { return load_four (place); }
vec4 load_w (uint64_t place) { return load_weights (place); }

#include "include/matmul-lanes.glsl"
