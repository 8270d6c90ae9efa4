/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of ControlNets for the starter model, made of its own U-Net, as ControlNets begin. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CONTROL_FILE_COPY,        /* a whole one, in diffusers' names     */
  CONTROL_FILE_LORA,        /* of the same, with nothing changed    */
  CONTROL_FILE_LORA_OF_ONE, /* one weight changed by factors        */
  CONTROL_FILE_COPY_OF_ONE, /* the same as a whole one              */
  CONTROL_FILE_DIFFERENCE,  /* of nothing                           */
  CONTROL_FILE_FOREIGN,     /* of another width of text             */
  CONTROL_FILE_ADAPTER,     /* a T2I-Adapter, in TencentARC's names */
} ControlKind;

/* Writes folder/name; the caller frees the path. */
char *control_file_write (ControlKind kind, const char *folder, const char *name);

G_END_DECLS
