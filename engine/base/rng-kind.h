/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two ways in which the field makes noise from a seed; apart from random.h for gs.h's sake. */
#pragma once

typedef enum
{
  GS_RNG_CPU,  /* torch on the CPU (mt19937): ComfyUI, A1111 with "CPU"  */
  GS_RNG_CUDA, /* torch on CUDA (Philox): A1111's default and "NV"       */
} GsRngKind;
