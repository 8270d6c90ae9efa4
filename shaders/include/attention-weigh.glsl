/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The softmax between the two products of attention-coopmat: lanes of a subgroup share its rows of
 * scores, with a running maximum and total of each. */

/* A lane's rows of scores: lane l takes part l % ROW_LANES of row l / ROW_LANES, then those after. */
const uint ROWS_AT_ONCE = LANES / ROW_LANES;
const uint TURNS = (ROWS + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
float highest[TURNS], totals[TURNS];

/* Scores of this subgroup's rows become weights (halfs); returns by how much each row of y shrinks
 * in the place of the scores. first_row: as a query. */
void weigh (uint scores, uint weights, uint first_row, uint first_key)
{
  uint part = gl_SubgroupInvocationID % ROW_LANES;
  float shrink[TURNS];

  [[unroll]] for (uint t = 0; t < TURNS; t++)
    {
      uint row = gl_SubgroupInvocationID / ROW_LANES + t * ROWS_AT_ONCE;
      /* Keys that the row sees, of these. */
      uint end = p.causal != 0 ? min (p.keys, first_row + row + 1) : p.keys;
      uint seen = min (end - min (end, first_key), KEYS);
      float top = highest[t], total = 0.0;

      if (row < ROWS)
        for (uint j = part; j < KEYS / 4; j += ROW_LANES)
          {
            vec4 four = uintBitsToFloat (quads[scores + row * SCORE_STRIDE + j]);

            [[unroll]] for (uint i = 0; i < 4; i++)
              top = j * 4 + i < seen ? max (top, four[i] * (p.scale * LOG2_E)) : top;
          }
      [[unroll]] for (uint d = 1; d < ROW_LANES; d *= 2)
        top = max (top, subgroupShuffleXor (top, d));
      if (row < ROWS)
        for (uint j = part; j < KEYS / 8; j += ROW_LANES)
          {
            uvec4 packed;

            [[unroll]] for (uint h = 0; h < 2; h++)
              {
                vec4 four = uintBitsToFloat (quads[scores + row * SCORE_STRIDE + j * 2 + h]);

                [[unroll]] for (uint i = 0; i < 4; i++)
                  four[i] = j * 8 + h * 4 + i < seen ? exp2 (four[i] * (p.scale * LOG2_E) - top)
                                                     : 0.0;
                total += four.x + four.y + four.z + four.w;
                packed[h * 2] = packHalf2x16 (four.xy);
                packed[h * 2 + 1] = packHalf2x16 (four.zw);
              }
            quads[weights + row * WEIGHT_STRIDE + j] = packed;
          }
      [[unroll]] for (uint d = 1; d < ROW_LANES; d *= 2)
        total += subgroupShuffleXor (total, d);
      shrink[t] = exp2 (highest[t] - top);
      totals[t] = totals[t] * shrink[t] + total;
      highest[t] = top;
    }
  subgroupBarrier (); /* all have read the scores */
  [[unroll]] for (uint t = 0; t < TURNS; t++)
    {
      uint row = gl_SubgroupInvocationID / ROW_LANES + t * ROWS_AT_ONCE;

      if (row < ROWS)
        for (uint i = part; i < N / 4; i += ROW_LANES)
          quads[scores + row * FACTOR_STRIDE + i] = uvec4 (floatBitsToUint (shrink[t]));
    }
  subgroupBarrier ();
}
