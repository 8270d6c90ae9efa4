/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slabs of weights in blocks as kernels for GPUs fetch them: 8 k of a column at a time, as they lie in
 * words. Needs COLUMNS of a workgroup, DEPTH (32, a block) and INVOCATIONS, and W_FETCHES registers w_next
 * that hold them.
 */

/* Of weights in blocks, 8 k of a column. */
struct Eight
{
  uint64_t at; /* of the column in its group */
  uint     first_k, tap, taps;
  bool     inside;
};

/* Number i of a slab: columns run first, as they do in memory. */
Eight find_eight (uint i, uint column_block, uint slab, uint depth)
{
  uint n = column_block * COLUMNS + i % COLUMNS, column = source_column (n);
  Weights w = find_weights (slab * DEPTH, depth);
  uint tap = w.taps == 1 ? 0 : w.k / w.channels;
  uint64_t group = group_at (w, column / GS_MATMUL_PANEL, w.k - tap * w.channels);

  return Eight (group + column % GS_MATMUL_PANEL * 4, i / COLUMNS * 8, tap, w.taps, n < p.columns);
}

float load_scale (Eight eight, uint k)
{
  return Floats (eight.at + quant_scale_at (k, eight.tap, eight.taps)).at[0];
}

float load_minimum (Eight eight, uint k)
{
  return quant_minima ? Floats (eight.at + quant_minimum_at (k, eight.tap, eight.taps)).at[0] : 0.0;
}

/* The words of numbers, of which 8 bits have two; under one tap, which has one scale, it and the minimum. */
void fetch_blocks (uint column_block, uint slab, uint depth)
{
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      Eight eight = find_eight (gl_LocalInvocationIndex + f * INVOCATIONS, column_block, slab, depth);
      uint k = eight.first_k, more_at = quant_high_at (k, eight.tap, eight.taps);

      w_next[f] = uvec4 (0);
      if (!eight.inside || k >= DEPTH)
        continue;
      if (quant_bits == 8)
        more_at = quant_low_at (k + 4, eight.tap, eight.taps);
      w_next[f].x = Uints (eight.at + quant_low_at (k, eight.tap, eight.taps)).at[0];
      if (quant_bits != 4)
        w_next[f].y = Uints (eight.at + more_at).at[0];
      if (eight.taps == 1)
        w_next[f].zw = floatBitsToUint (vec2 (load_scale (eight, k), load_minimum (eight, k)));
    }
}
