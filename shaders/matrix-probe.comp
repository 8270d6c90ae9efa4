/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Not a kernel: shaders/meson.build compiles it to see whether glslang knows cooperative matrices. */
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require

layout(local_size_x = 32) in;

void main ()
{
  coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> sums;

  sums = coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> (0.0);
}
