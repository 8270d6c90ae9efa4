/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoDownloadRow: a file that is fetched: how far it is, and buttons to stop it, go on, and remove it.
 * Actions of what is around it: get.toggle and get.remove (s: its address).
 */
#pragma once

#include "library/gesso-download.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_DOWNLOAD_ROW (gesso_download_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoDownloadRow, gesso_download_row, GESSO, DOWNLOAD_ROW, AdwActionRow)

GtkWidget *gesso_download_row_new (GessoDownload *download);

G_END_DECLS
