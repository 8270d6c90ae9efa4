/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
/* Not a kernel: shaders/meson.build compiles it to see whether glslang knows cooperative matrices. */
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require

#ifdef OF_WORKGROUPS
#extension GL_NV_cooperative_matrix2 : require
#define SCOPE gl_ScopeWorkgroup
#else
#define SCOPE gl_ScopeSubgroup
#endif

layout(local_size_x = 32) in;

void main ()
{
  coopmat<float, SCOPE, 16, 16, gl_MatrixUseAccumulator> sums;

  sums = coopmat<float, SCOPE, 16, 16, gl_MatrixUseAccumulator> (0.0);
}
