/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names for matrices of a workgroup (GL_NV_cooperative_matrix2) and for the layouts of tensors that they
 * are loaded from, x being ROWS x DEPTH, w DEPTH x WIDTH, and sums ROWS x WIDTH. Functions keep the
 * extension's names. group-matrix-emulated.glsl has the same without it.
 */
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_NV_cooperative_matrix2 : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require

/* "Must be a multiple of 16 B". */
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Halfs16 { float16_t at[]; };
#define AT(address) Halfs16 (address).at, 0

#define X_MATRIX coopmat<float16_t, gl_ScopeWorkgroup, ROWS, DEPTH, gl_MatrixUseA>
#define W_MATRIX coopmat<float16_t, gl_ScopeWorkgroup, DEPTH, WIDTH, gl_MatrixUseB>
#define SUM_MATRIX coopmat<float, gl_ScopeWorkgroup, ROWS, WIDTH, gl_MatrixUseAccumulator>
#define NO_SUMS SUM_MATRIX (0.0)
#define HALFS(sums) coopmat<float16_t, gl_ScopeWorkgroup, ROWS, WIDTH, gl_MatrixUseAccumulator> (sums)

/* Of so many axes. What lies outside reads as zeros, and is not stored. */
#define LAYOUT(axes) tensorLayoutNV<axes, gl_CooperativeMatrixClampModeConstantNV>
#define NEW_LAYOUT(axes) createTensorLayoutNV (axes, gl_CooperativeMatrixClampModeConstantNV)

/* The first two of three axes exchanged. */
#define TURNED_VIEW tensorViewNV<3, false, 1, 0, 2>
#define NEW_TURNED_VIEW createTensorViewNV (3, false, 1, 0, 2)
