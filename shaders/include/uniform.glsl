/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads for kernels made for Mesa's CPU driver (lavapipe), which knows no vector load: a load from an
 * address that differs between invocations is a gather. Loads from an address that is the same in
 * all of them are scalar, though, and picking one of 8 or 16 neighbours by a constant invocation
 * number makes LLVM see a vector that is built out of consecutive scalars: it merges them into one
 * vector load (checked in the machine code of Mesa 26.2 with LLVM 22).
 *
 * Needs a workgroup of exactly one subgroup of 8 or 16 invocations, declared before this is included.
 */
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_shader_16bit_storage : require

layout(buffer_reference, std430, buffer_reference_align = 16) restrict readonly buffer UniformFloats
{
  vec4 at[];
};
layout(buffer_reference, std430, buffer_reference_align = 16) buffer ScratchFloats
{
  vec4 at[];
};
layout(buffer_reference, std430, buffer_reference_align = 8) restrict readonly buffer UniformShorts
{
  u16vec4 at[];
};

layout(buffer_reference, std430, buffer_reference_align = 16) restrict readonly buffer UniformUints
{
  uvec4 at[];
};

layout(buffer_reference, std430, buffer_reference_align = 2) restrict readonly buffer UniformShort
{
  uint16_t at;
};

/* Element i % 4 of a; mix() and not ?:, which would branch. */
float pick4 (vec4 a, uint i)
{
  return mix (mix (a.w, a.z, i == 2), mix (a.y, a.x, i == 0), i < 2);
}

uint pick4 (uvec4 a, uint i)
{
  return mix (mix (a.w, a.z, i == 2), mix (a.y, a.x, i == 0), i < 2);
}

uint16_t pick4 (u16vec4 a, uint i)
{
  return mix (mix (a.w, a.z, i == 2), mix (a.y, a.x, i == 0), i < 2);
}

/* As load_lane_float(), of memory that the same invocation has written. */
float load_lane_scratch (uint64_t address)
{
  ScratchFloats from = ScratchFloats (address);
  uint i = gl_SubgroupInvocationID;
  float v = mix (pick4 (from.at[1], i - 4), pick4 (from.at[0], i), i < 4);

  if (gl_WorkGroupSize.x > 8)
    v = mix (mix (pick4 (from.at[3], i - 12), pick4 (from.at[2], i - 8), i < 12), v, i < 8);
  return v;
}

/* The float of this invocation among those from a uniform address on. */
float load_lane_float (uint64_t address)
{
  UniformFloats from = UniformFloats (address);
  uint i = gl_SubgroupInvocationID;
  float v = mix (pick4 (from.at[1], i - 4), pick4 (from.at[0], i), i < 4);

  if (gl_WorkGroupSize.x > 8)
    v = mix (mix (pick4 (from.at[3], i - 12), pick4 (from.at[2], i - 8), i < 12), v, i < 8);
  return v;
}

/* The same of words. */
uint load_lane_uint (uint64_t address)
{
  UniformUints from = UniformUints (address);
  uint i = gl_SubgroupInvocationID;
  uint v = mix (pick4 (from.at[1], i - 4), pick4 (from.at[0], i), i < 4);

  if (gl_WorkGroupSize.x > 8)
    v = mix (mix (pick4 (from.at[3], i - 12), pick4 (from.at[2], i - 8), i < 12), v, i < 8);
  return v;
}

/* The same of halfs. */
float load_lane_half (uint64_t address)
{
  UniformShorts from = UniformShorts (address);
  uint i = gl_SubgroupInvocationID;
  uint16_t v = mix (pick4 (from.at[1], i - 4), pick4 (from.at[0], i), i < 4);

  if (gl_WorkGroupSize.x > 8)
    v = mix (mix (pick4 (from.at[3], i - 12), pick4 (from.at[2], i - 8), i < 12), v, i < 8);
  return float (uint16BitsToHalf (v));
}

/* Four elements in their storage type, which every invocation gets. */
vec4 load_uniform (uint64_t address)
{
#ifdef STORAGE_F16
  return vec4 (uint16BitsToHalf (UniformShorts (address).at[0]));
#else
  return UniformFloats (address).at[0];
#endif
}

float load_uniform_one (uint64_t address, uint i)
{
#ifdef STORAGE_F16
  return float (uint16BitsToHalf (UniformShort (address + i * 2).at));
#else
  return Floats (address).at[i];
#endif
}
