/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations in memory: half with STORAGE_F16, else float. Arithmetic is float everywhere; only
 * loads and stores know the storage type. */
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_EXT_control_flow_attributes : require

#ifdef STORAGE_F16
#extension GL_EXT_shader_16bit_storage : require
#define ELEMENT float16_t
#define ELEMENT4 f16vec4
#define ELEMENT4_BYTES 8
#else
#define ELEMENT float
#define ELEMENT4 vec4
#define ELEMENT4_BYTES 16
#endif

layout(buffer_reference, std430, buffer_reference_align = 4) buffer Elements { ELEMENT at[]; };
layout(buffer_reference, std430, buffer_reference_align = ELEMENT4_BYTES) buffer Elements4
{
  ELEMENT4 at[];
};
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float at[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Float2s { vec2 at[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Uints { uint at[]; };

float load (gs_address base, uint i) { return float (Elements (base).at[i]); }
void store (gs_address base, uint i, float value) { Elements (base).at[i] = ELEMENT (value); }
vec4 load4 (gs_address base, uint i) { return vec4 (Elements4 (base).at[i]); }
void store4 (gs_address base, uint i, vec4 value) { Elements4 (base).at[i] = ELEMENT4 (value); }

/* Number of this workgroup in a grid that stands for a line (see GS_GRID_ROW). */
uint line_group () { return gl_WorkGroupID.y * GS_GRID_ROW + gl_WorkGroupID.x; }
