/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Derivatives of the activation functions, in float. */
#include "include/activation.glsl"

/* Of x sigmoid (a x), as silu and quick_gelu are. */
float sigmoid_slope (float x, float a)
{
  float s = sigmoid (a * x);

  return s * (1.0 + a * x * (1.0 - s));
}

/* Phi (x) + x phi (x), with the normal distribution's density phi. */
float gelu_slope (float x)
{
  float tail = 0.5 * erfc_positive (abs (x) * 0.70710678);

  return (x < 0.0 ? tail : 1.0 - tail) + x * 0.39894228 * exp (-0.5 * x * x);
}
