/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * group-matrix.glsl in plain GLSL, for tests: where no driver has such matrices, a kernel that uses them
 * can still be seen to multiply what it should. x and w lie in shared memory, one of each, where a load
 * puts them; every invocation has sums of its own. Addresses are found step by step as
 * GL_NV_cooperative_matrix2 says, section "Cooperative Matrix Functions".
 */
#define AT(address) address

#define X_MATRIX XMatrix
#define W_MATRIX WMatrix
#define SUM_MATRIX SumMatrix
#define NO_SUMS no_sums ()
#define HALFS(sums) sums
#define LAYOUT(axes) TensorLayout
#define NEW_LAYOUT(axes) TensorLayout (axes, uint[4] (0, 0, 0, 0), uint[4] (0, 0, 0, 0), \
                                       int[4] (0, 0, 0, 0), uint[4] (0, 0, 0, 0))
#define TURNED_VIEW TensorView
#define NEW_TURNED_VIEW TensorView (3, uint[4] (1, 0, 2, 3))

const uint OWN_SUMS = ROWS * WIDTH / INVOCATIONS; /* not more than there is place for */

struct XMatrix { uint none; };
struct WMatrix { uint none; };
#define SumMatrix float[GS_MATMUL_COOPMAT2_EMULATED_SUMS]

shared float x_shared[ROWS * DEPTH], w_shared[DEPTH * WIDTH];

/* Sum i of an invocation is this one of its matrix. */
uint sum_place (uint i) { return gl_LocalInvocationIndex + i * INVOCATIONS; }

SumMatrix no_sums ()
{
  SumMatrix sums;

  for (uint i = 0; i < sums.length (); i++)
    sums[i] = 0.0;
  return sums;
}

/* ---- Layouts and views ---- */

struct TensorLayout
{
  uint axes;
  uint sizes[4], strides[4];
  int  offsets[4];
  uint spans[4];
};

struct TensorView
{
  uint axes;
  uint order[4];
};

/* From the last axis on, which is the innermost. */
TensorLayout with_strides (TensorLayout t)
{
  uint stride = 1;

  for (int i = int (t.axes) - 1; i >= 0; i--)
    {
      t.strides[i] = stride;
      stride *= t.sizes[i];
    }
  t.offsets = int[4] (0, 0, 0, 0);
  t.spans = t.sizes;
  return t;
}

TensorLayout setTensorLayoutDimensionNV (TensorLayout t, uint a, uint b, uint c)
{
  t.sizes = uint[4] (a, b, c, 0);
  return with_strides (t);
}

TensorLayout setTensorLayoutDimensionNV (TensorLayout t, uint a, uint b, uint c, uint d)
{
  t.sizes = uint[4] (a, b, c, d);
  return with_strides (t);
}

TensorLayout sliceTensorLayoutNV (TensorLayout t, int a, uint a_span, int b, uint b_span, int c,
                                  uint c_span)
{
  t.offsets = int[4] (t.offsets[0] + a, t.offsets[1] + b, t.offsets[2] + c, 0);
  t.spans = uint[4] (a_span, b_span, c_span, 0);
  return t;
}

TensorLayout sliceTensorLayoutNV (TensorLayout t, int a, uint a_span, int b, uint b_span, int c,
                                  uint c_span, int d, uint d_span)
{
  t = sliceTensorLayoutNV (t, a, a_span, b, b_span, c, c_span);
  t.offsets[3] += d;
  t.spans[3] = d_span;
  return t;
}

/* linearToSpanCoord ... tensorCoordToLinear; FALSE: outside. */
bool find_element (TensorLayout t, uint index, out uint element)
{
  element = 0;
  for (int i = int (t.axes) - 1; i >= 0; i--)
    {
      int place = int (index % t.spans[i]) + t.offsets[i];

      index /= t.spans[i];
      if (place < 0 || place >= int (t.sizes[i]))
        return false;
      element += uint (place) * t.strides[i];
    }
  return true;
}

/* linearToViewCoord, viewCoordToLinear, of a view without sizes of its own. */
uint turned (TensorView v, TensorLayout t, uint index)
{
  uint places[4], stride = 1, linear = 0;

  for (int i = int (v.axes) - 1; i >= 0; i--)
    {
      uint axis = v.order[i];

      places[axis] = index % t.spans[axis];
      index /= t.spans[axis];
    }
  for (int i = int (v.axes) - 1; i >= 0; i--)
    {
      linear += places[i] * stride;
      stride *= t.spans[i];
    }
  return linear;
}

float load_element (uint64_t address, TensorLayout t, uint index)
{
  uint element;

  return find_element (t, index, element) ? load (address, element) : 0.0;
}

/* ---- Matrices ---- */

void coopMatLoadTensorNV (XMatrix m, uint64_t address, TensorLayout t)
{
  barrier (); /* the one before was multiplied */
  for (uint i = gl_LocalInvocationIndex; i < ROWS * DEPTH; i += INVOCATIONS)
    x_shared[i] = load_element (address, t, i);
}

void coopMatLoadTensorNV (WMatrix m, uint64_t address, TensorLayout t, TensorView v)
{
  barrier ();
  for (uint i = gl_LocalInvocationIndex; i < DEPTH * WIDTH; i += INVOCATIONS)
    w_shared[i] = load_element (address, t, turned (v, t, i));
}

SumMatrix coopMatMulAdd (XMatrix x, WMatrix w, SumMatrix sums)
{
  barrier ();
  for (uint i = 0; i < OWN_SUMS; i++)
    {
      uint row = sum_place (i) / WIDTH, column = sum_place (i) % WIDTH;

      for (uint k = 0; k < DEPTH; k++)
        sums[i] += x_shared[row * DEPTH + k] * w_shared[k * WIDTH + column];
    }
  return sums;
}

#define coopMatPerElementNV(result, m, function, more) \
  for (uint i = 0; i < OWN_SUMS; i++) \
    result[i] = function (sum_place (i) / WIDTH, sum_place (i) % WIDTH, m[i], more)

void coopMatStoreTensorNV (SumMatrix sums, uint64_t address, TensorLayout t)
{
  uint element;

  for (uint i = 0; i < OWN_SUMS; i++)
    if (find_element (t, sum_place (i), element))
      store (address, element, sums[i]);
}
