/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both loops of attention-gradient-uniform.comp: products of VECTORS vectors of own rows with AT_ONCE other
 * ones, and sums of other rows by a factor for each own one. Needs its constants and push constants.
 */

/* Rows of tokens: of the first one of this sample and head, bytes to the next, and how many. */
struct Rows
{
  uint64_t at;
  uint     bytes;
  uint     n;
};

/* Places in scratch memory: of own rows and of sums by channel, of factors by other token. */
uint64_t first_at, second_at, sums_at, factors_at;

uint64_t vector_at (uint64_t place, uint i, uint v)
{
  return place + (i * VECTORS + v) * VECTOR_BYTES;
}

void store_lane (uint64_t address, float x)
{
  Floats (address + gl_SubgroupInvocationID * 4).at[0] = x;
}

uint64_t row_at (Rows rows, uint i) { return rows.at + uint64_t (min (i, rows.n - 1)) * rows.bytes; }

Rows rows_of (uint64_t base, uint n, uint tokens, uint pitch, uint head)
{
  return Rows (base + (uint64_t (n * tokens) * pitch + head * HEAD) * ELEMENT_BYTES,
               pitch * ELEMENT_BYTES, tokens);
}

uint own_token (uint first_own, uint v)
{
  return first_own + v * gl_WorkGroupSize.x + gl_SubgroupInvocationID;
}

/* Own rows, those beyond the last being that one, times a factor. */
void prepare (uint64_t place, Rows rows, uint first_own, float factor)
{
  [[dont_unroll]] for (uint f = 0; f < p.head_channels / 4; f++)
    [[unroll]] for (uint v = 0; v < VECTORS; v++)
      {
        vec4 x = load_four (row_at (rows, own_token (first_own, v)) + f * ELEMENT4_BYTES) * factor;

        [[unroll]] for (uint c = 0; c < 4; c++)
          store_lane (vector_at (place, f * 4 + c, v), x[c]);
      }
}

/* Products over FOURS fours of channels; sums: [other][vector]. */
void add_products (uint first, uint64_t place, uint64_t others[AT_ONCE],
                   inout float sums[AT_ONCE * VECTORS])
{
  [[unroll]] for (uint f = 0; f < FOURS; f++)
    {
      vec4 x[AT_ONCE];

      [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
        x[j] = load_uniform (others[j] + uint64_t (first + f) * ELEMENT4_BYTES);
      [[unroll]] for (uint c = 0; c < 4; c++)
        {
          float own[VECTORS];

          [[unroll]] for (uint v = 0; v < VECTORS; v++)
            own[v] = load_lane_scratch (vector_at (place, (first + f) * 4 + c, v));
          [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
            [[unroll]] for (uint v = 0; v < VECTORS; v++)
              sums[j * VECTORS + v] = fma (x[j][c], own[v], sums[j * VECTORS + v]);
        }
    }
}

void multiply (uint64_t place, Rows rows, uint first_other, out float sums[AT_ONCE * VECTORS])
{
  uint64_t others[AT_ONCE];

  [[unroll]] for (uint j = 0; j < AT_ONCE; j++)
    {
      others[j] = row_at (rows, first_other + j);
      [[unroll]] for (uint v = 0; v < VECTORS; v++)
        sums[j * VECTORS + v] = 0.0;
    }
  if (FOURS * 4 == HEAD)
    add_products (0, place, others, sums);
  else
    [[dont_unroll]] for (uint first = 0; first < p.head_channels / 4; first += FOURS)
      add_products (first, place, others, sums);
}

/* Adds the rows of a block's others by their factors; first: to nothing. */
void add_rows (uint first_other, uint n, Rows rows, bool first)
{
  [[dont_unroll]] for (uint channel = 0; channel < p.head_channels; channel += SUMS)
    {
      float sums[SUMS * VECTORS]; /* [channel][vector] */

      [[unroll]] for (uint c = 0; c < SUMS; c++)
        [[unroll]] for (uint v = 0; v < VECTORS; v++)
          sums[c * VECTORS + v] = mix (load_lane_scratch (vector_at (sums_at, channel + c, v)), 0.0,
                                       first);
      [[dont_unroll]] for (uint other = 0; other < n; other += A_TURN)
        [[unroll]] for (uint j = 0; j < A_TURN; j++)
          {
            uint64_t row = row_at (rows, first_other + other + j)
                           + uint64_t (channel) * ELEMENT_BYTES;
            float factors[VECTORS];

            [[unroll]] for (uint v = 0; v < VECTORS; v++)
              factors[v] = load_lane_scratch (vector_at (factors_at, other + j, v));
            [[unroll]] for (uint c = 0; c < SUMS; c++)
              {
                float x = load_uniform_one (row, c);

                [[unroll]] for (uint v = 0; v < VECTORS; v++)
                  sums[c * VECTORS + v] = fma (x, factors[v], sums[c * VECTORS + v]);
              }
          }
      [[unroll]] for (uint c = 0; c < SUMS; c++)
        [[unroll]] for (uint v = 0; v < VECTORS; v++)
          store_lane (vector_at (sums_at, channel + c, v), sums[c * VECTORS + v]);
    }
}
