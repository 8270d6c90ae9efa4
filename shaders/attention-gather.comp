/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* attention for new lavapipe (see matmul-gather.comp). */
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "attention.h"
#include "include/words.glsl"

layout(push_constant) uniform Push { GsAttentionPush p; };

/* A place is an address. */
#define PLACE uint64_t
#define STEP ELEMENT4_BYTES
#define PLACE_OF_ZEROS p.zeros

uint64_t place_of_q (uint four) { return p.q + uint64_t (four) * ELEMENT4_BYTES; }
uint64_t place_of_k (uint four) { return p.k + uint64_t (four) * ELEMENT4_BYTES; }
uint64_t place_of_v (uint four) { return p.v + uint64_t (four) * ELEMENT4_BYTES; }
vec4 load_q (uint64_t place) { return load_four (place); }
vec4 load_k (uint64_t place) { return load_four (place); }
vec4 load_v (uint64_t place) { return load_four (place); }

#include "include/attention-lanes.glsl"
