/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* matmul for old lavapipe (measured: Mesa 22.3), where a texel fetch is the one fast load: about a
 * quarter of the time, against two thirds for loads by address. */
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "matmul.h"
#include "include/matmul-common.glsl"

layout(binding = 0) uniform samplerBuffer x_texels;
layout(binding = 1) uniform samplerBuffer w_texels;

/* A place is a texel; fetches beyond a texel buffer give zeros there. */
#define PLACE uint
#define PLACE_OF_ZEROS 0x7f000000u
#define UNROLL 1
#define COLUMNS GS_MATMUL_TEXEL_COLUMNS
#define X_STEP 1
#define W_STEP 1

/* x and x2 are seen through one view of their buffer. */
uint place_of (uint source, uint pixel)
{
  return uint (source == 0 ? p.x : p.x2) + pixel * source_fours (source);
}
uint place_of_weights (uint i) { return uint (p.w) + i; }
vec4 load_x (uint place) { return texelFetch (x_texels, int (place)); }
vec4 load_w (uint place) { return texelFetch (w_texels, int (place)); }

#include "include/matmul-lanes.glsl"
