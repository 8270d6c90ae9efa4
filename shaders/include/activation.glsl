/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activation functions in float. */

float sigmoid (float x) { return 1.0 / (1.0 + exp (-x)); }

float silu (float x) { return x * sigmoid (x); }

/* Complementary error function, relative error below 1.2e-7 (Press et al., Numerical Recipes,
 * section 6.2: Chebyshev fit in t = 1 / (1 + x / 2), x >= 0). */
float erfc_positive (float x)
{
  float t = 1.0 / (1.0 + 0.5 * x);
  float p = 0.17087277;

  p = -0.82215223 + t * p;
  p = 1.48851587 + t * p;
  p = -1.13520398 + t * p;
  p = 0.27886807 + t * p;
  p = -0.18628806 + t * p;
  p = 0.09678418 + t * p;
  p = 0.37409196 + t * p;
  p = 1.00002368 + t * p;
  return t * exp (-x * x - 1.26551223 + t * p);
}

/* x Phi (x) with the exact normal distribution. */
float gelu (float x)
{
  float tail = 0.5 * erfc_positive (abs (x) * 0.70710678);

  return x * (x < 0.0 ? tail : 1.0 - tail);
}

float quick_gelu (float x) { return x * sigmoid (1.702 * x); }
