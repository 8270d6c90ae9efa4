/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types that C and GLSL spell differently; every <kernel>.h includes this first. Members of 8 bytes
 * come first in a push-constant struct, so that both compilers lay it out alike. */
#ifndef GS_SHADER_TYPES_H
#define GS_SHADER_TYPES_H

#ifdef VULKAN /* glslang */
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#define gs_address uint64_t
#else
#include <glib.h>
typedef guint64 gs_address;
typedef guint32 uint;
#endif

/* Specialization constant of all kernels, set in gpu/kernel: they may store words of 64 bits. */
#define GS_CONSTANT_WIDE_STORES 30

/* Workgroups of one row of a grid that stands for a line: an axis may be as short as 65535. */
#define GS_GRID_ROW 32768

#endif
