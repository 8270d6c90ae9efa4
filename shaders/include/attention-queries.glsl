/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queries that attention-coopmat makes itself, q = norm (x) w without a bias: a workgroup's rows of x times
 * the columns of w that are its head's, DEPTH channels at a time through shared memory, as matmul-coopmat
 * does it. w lies in panels (matmul.h). The norm is a layer norm, in the way of matmul-norm.glsl, or none.
 */
layout(constant_id = GS_ATTENTION_COOPMAT_QUERIES) const uint queries_are = GS_ATTENTION_QUERIES_GIVEN;
const bool PROJECTS = queries_are != GS_ATTENTION_QUERIES_GIVEN;
const bool NORMALISES = queries_are == GS_ATTENTION_QUERIES_NORMALISED;

#define DEPTH 32
#define DEPTH_QUADS (DEPTH / 8)
#define PANEL 16

const uint X_STRIDE = DEPTH_QUADS + 1;
const uint W_PLACE = QUERIES * X_STRIDE; /* [k][column], rows as far apart as those of keys */
const uint X_FETCHES = (QUERIES * DEPTH_QUADS + INVOCATIONS - 1) / INVOCATIONS;
const uint W_FETCHES = (DEPTH * ROW_QUADS + INVOCATIONS - 1) / INVOCATIONS;

/* Columns of q that are whole matrices of products as well as of queries. */
const uint CHUNK = K > N ? K : N;

uvec4 x_next[X_FETCHES], w_next[W_FETCHES];
vec2  moments[X_FETCHES]; /* of the rows that this invocation fetches: mean, 1 / deviation */

/* Where row number i of the workgroup begins in x; there are channels / 8 quads. */
uint64_t row_at (uint n, uint first_query, uint i)
{
  uint row = min (first_query + i, p.queries - 1);

  return p.q + uint64_t (n * p.queries + row) * p.q_pitch * 2;
}

void eight_of (uvec4 quad, out vec4 a, out vec4 b)
{
  a = vec4 (unpackHalf2x16 (quad.x), unpackHalf2x16 (quad.y));
  b = vec4 (unpackHalf2x16 (quad.z), unpackHalf2x16 (quad.w));
}

uvec4 quad_of (vec4 a, vec4 b)
{
  return uvec4 (packHalf2x16 (a.xy), packHalf2x16 (a.zw), packHalf2x16 (b.xy), packHalf2x16 (b.zw));
}

/* DEPTH_QUADS invocations next to each other share a row. */
void find_moments (uint n, uint first_query, uint channels)
{
  float first[X_FETCHES];

  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint64_t row = row_at (n, first_query, i / DEPTH_QUADS);
      vec4 sum = vec4 (0.0), squares = vec4 (0.0), a, b;

      first[f] = unpackHalf2x16 (load_quad (row).x).x;
      for (uint quad = i % DEPTH_QUADS; quad < channels / 8; quad += DEPTH_QUADS)
        {
          eight_of (load_quad (row + quad * 16), a, b);
          a -= first[f];
          b -= first[f];
          sum += a + b;
          squares += a * a + b * b;
        }
      if (i < QUERIES * DEPTH_QUADS)
        quads[i].xy = floatBitsToUint (vec2 (dot (sum, vec4 (1.0)), dot (squares, vec4 (1.0))));
    }
  barrier ();
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      vec2 sum = vec2 (0.0);

      if (i < QUERIES * DEPTH_QUADS)
        [[unroll]] for (uint s = 0; s < DEPTH_QUADS; s++)
          sum += uintBitsToFloat (quads[i / DEPTH_QUADS * DEPTH_QUADS + s].xy);
      sum /= float (channels);
      moments[f] = vec2 (first[f] + sum.x,
                         inversesqrt (max (sum.y - sum.x * sum.x, 0.0) + p.norm_epsilon));
    }
  barrier ();
}

/* Quad i of a slab of x: of row i / DEPTH_QUADS. An invocation's all have the same channels. */
void fetch_x (uint n, uint first_query, uint first_channel, uint channels)
{
  uint channel = first_channel + gl_LocalInvocationIndex % DEPTH_QUADS * 8;
  vec4 weights[2], biases[2], a, b;

  if (NORMALISES && channel < channels)
    [[unroll]] for (uint h = 0; h < 2; h++)
      {
        weights[h] = load_floats (p.norm_weight + (channel + h * 4) * 4);
        biases[h] = load_floats (p.norm_bias + (channel + h * 4) * 4);
      }
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;

      x_next[f] = uvec4 (0);
      if (i >= QUERIES * DEPTH_QUADS || channel >= channels)
        continue;
      x_next[f] = load_quad (row_at (n, first_query, i / DEPTH_QUADS) + channel * 2);
      if (NORMALISES)
        {
          eight_of (x_next[f], a, b);
          x_next[f] = quad_of ((a - moments[f].x) * moments[f].y * weights[0] + biases[0],
                               (b - moments[f].x) * moments[f].y * weights[1] + biases[1]);
        }
    }
}

/* Quad i of a slab of w: eight of the head's columns of channel i / ROW_QUADS. */
void fetch_w (uint head, uint first_channel, uint channels)
{
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;
      uint k = first_channel + i / ROW_QUADS, own = i % ROW_QUADS * 8;
      uint column = head * p.head_channels + own;

      w_next[f] = uvec4 (0);
      if (i < DEPTH * ROW_QUADS && k < channels && own < p.head_channels)
        w_next[f] = load_quad (p.w + ((uint64_t (column / PANEL) * channels + k) * 2
                                      + column / 8 % 2) * 16);
    }
}

void put_slabs ()
{
  [[unroll]] for (uint f = 0; f < X_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;

      if (i < QUERIES * DEPTH_QUADS)
        quads[i / DEPTH_QUADS * X_STRIDE + i % DEPTH_QUADS] = x_next[f];
    }
  [[unroll]] for (uint f = 0; f < W_FETCHES; f++)
    {
      uint i = gl_LocalInvocationIndex + f * INVOCATIONS;

      if (i < DEPTH * ROW_QUADS)
        quads[W_PLACE + i / ROW_QUADS * STRIDE + i % ROW_QUADS] = w_next[f];
    }
}

void fetch_slabs (uint n, uint head, uint first_query, uint first_channel)
{
  uint channels = p.heads * p.head_channels;

  fetch_x (n, first_query, first_channel, channels);
  fetch_w (head, first_channel, channels);
}

/* Sums of CHUNK columns become halfs, through the subgroup's scratch. */
void round_chunk (uint scores, uint weights)
{
  const uint row_quads = CHUNK / 8;

  for (uint i = gl_SubgroupInvocationID; i < ROWS * row_quads; i += LANES)
    {
      uint row = i / row_quads, quad = i % row_quads;
      uint at = scores + row * SCORE_STRIDE + quad * 2;

      quads[weights + row * WEIGHT_STRIDE + quad]
        = quad_of (uintBitsToFloat (quads[at]), uintBitsToFloat (quads[at + 1]));
    }
}
