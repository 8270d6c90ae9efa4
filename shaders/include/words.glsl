/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Four neighbouring elements at a time, by byte address. Whole 64-bit words are moved: halfs then
 * need no 16-bit storage, and Mesa's CPU driver pays by the access, not by the byte. */
#include "include/memory.glsl"

layout(constant_id = GS_CONSTANT_WIDE_STORES) const bool wide_stores = true;

layout(buffer_reference, std430, buffer_reference_align = 16) restrict buffer FourFloats
{
  vec4 floats;
};
layout(buffer_reference, std430, buffer_reference_align = 8) restrict buffer TwoPairs
{
  uvec2 pairs;
};
layout(buffer_reference, std430, buffer_reference_align = 8) restrict buffer Word
{
  uint64_t word;
};
layout(buffer_reference, std430, buffer_reference_align = 16) restrict buffer WordPair
{
  u64vec2 words;
};

layout(buffer_reference, std430, buffer_reference_align = 16) restrict readonly buffer Quad
{
  uvec4 words;
};

/* 16 bytes as they are. */
uvec4 load_quad (uint64_t address) { return Quad (address).words; }

vec4 load_floats (uint64_t address)
{
  u64vec2 words = WordPair (address).words;

  return vec4 (uintBitsToFloat (unpack32 (words.x)), uintBitsToFloat (unpack32 (words.y)));
}

vec4 load_halfs (uint64_t address)
{
  uvec2 pairs = unpack32 (Word (address).word);

  return vec4 (unpackHalf2x16 (pairs.x), unpackHalf2x16 (pairs.y));
}

void store_floats (uint64_t address, vec4 v)
{
  if (wide_stores)
    WordPair (address).words = u64vec2 (packUint2x32 (floatBitsToUint (v.xy)),
                                        packUint2x32 (floatBitsToUint (v.zw)));
  else
    FourFloats (address).floats = v;
}

/* Activations in their storage type. */
vec4 load_four (uint64_t address)
{
#ifdef STORAGE_F16
  return load_halfs (address);
#else
  return load_floats (address);
#endif
}

void store_four (uint64_t address, vec4 v)
{
#ifdef STORAGE_F16
  uvec2 pairs = uvec2 (packHalf2x16 (v.xy), packHalf2x16 (v.zw));

  if (wide_stores)
    Word (address).word = pack64 (pairs);
  else
    TwoPairs (address).pairs = pairs;
#else
  store_floats (address, v);
#endif
}
