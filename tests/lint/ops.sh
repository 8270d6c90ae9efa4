#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# An op is three files of one name: engine/ops/x.c, a shader, tests/ops/x.c; a kernel's push
# constants are one header, read by C and GLSL.
. "$(dirname "$0")/lint.sh"

for file in $(grep -lE 'GsOpClass +gs_op_[a-z0-9_]+ *=' $(tree engine/ops -- '*.c') /dev/null); do
  name=$(basename "$file" .c)
  [ -e "tests/ops/$name.c" ] ||
    finding "$file" "has no test; write tests/ops/$name.c with a double reference and a table of shapes"
  while IFS= read -r class; do
    grep -q "\"$class\"" "$file" ||
      finding "$file" "the class gs_op_${class//-/_} does not carry the name \"$class\""
  done < <(sed -n 's/.*GsOpClass *gs_op_\([a-z0-9_]*\) *=.*/\1/p' "$file" | tr _ -)
done

for file in $(tree tests/ops -- '*.c'); do
  name=$(basename "$file" .c)
  [ -e "engine/ops/$name.c" ] ||
    finding "$file" "tests no op: there is no engine/ops/$name.c; give it the op's name"
done

# Every shader is compiled, and every one that is compiled exists.
for file in $(tree shaders -- '*.comp'); do
  name=$(basename "$file" .comp)
  grep -rqE "['\"/]$name(\.comp)?['\"]" --include=meson.build shaders ||
    finding "$file" "is compiled nowhere; name it in shaders/meson.build or remove it"
done

for file in $(tree shaders -- '*.h'); do
  name=$(basename "$file")
  grep -rqE "#include \"([a-z/]*/)?$name\"" shaders --include='*.comp' --include='*.glsl' --include='*.h' ||
    finding "$file" "is included by no shader; remove it"
done

finish
