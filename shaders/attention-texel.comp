/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* attention for old lavapipe (see matmul-texel.comp). k and v are in one buffer. */
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "attention.h"
#include "include/words.glsl"

layout(push_constant) uniform Push { GsAttentionPush p; };
layout(binding = 0) uniform samplerBuffer q_texels;
layout(binding = 1) uniform samplerBuffer kv_texels;

/* A place is a texel; fetches beyond a texel buffer give zeros there. */
#define PLACE uint
#define STEP 1
#define PLACE_OF_ZEROS 0x7f000000u

uint place_of_q (uint four) { return p.q_texel + four; }
uint place_of_k (uint four) { return p.k_texel + four; }
uint place_of_v (uint four) { return p.v_texel + four; }
vec4 load_q (uint place) { return texelFetch (q_texels, int (place)); }
vec4 load_k (uint place) { return texelFetch (kv_texels, int (place)); }
vec4 load_v (uint place) { return texelFetch (kv_texels, int (place)); }

#include "include/attention-lanes.glsl"
