/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths of the document portal, as a run-time folder of our own has them. */
#include "config.h"

#include "document/gesso-sandbox.h"

static GFile *
new_document (const char *name)
{
  return g_file_new_build_filename (g_get_user_runtime_dir (), "doc", name, NULL);
}

static void
assert_folder (GFile *file, const char *expected)
{
  g_autoptr (GFile) folder = gesso_sandbox_dup_folder (file);

  if (expected)
    g_assert_cmpstr (g_file_peek_path (folder), ==, expected);
  else
    g_assert_null (folder);
}

/* A file that was granted alone has no folder; one in a granted folder has, and every other too. */
static void
test_folder (void)
{
  g_autoptr (GFile) alone = new_document ("ab12/house.ora");
  g_autoptr (GFile) shared = new_document ("ab12/Models/house.ora");
  g_autoptr (GFile) models = new_document ("ab12/Models");
  g_autoptr (GFile) host = g_file_new_for_path ("/srv/pictures/house.ora");
  g_autoptr (GFile) alike = g_file_new_build_filename (g_get_user_runtime_dir (), "docs", "ab12",
                                                       "house.ora", NULL);
  g_autoptr (GFile) remote = g_file_new_for_uri ("sftp://server/pictures/house.ora");
  g_autoptr (GFile) remote_folder = gesso_sandbox_dup_folder (remote);
  g_autoptr (GFile) alike_folder = gesso_sandbox_dup_folder (alike);

  assert_folder (alone, NULL);
  assert_folder (shared, g_file_peek_path (models));
  assert_folder (host, "/srv/pictures");
  g_assert_nonnull (alike_folder);
  g_assert_nonnull (remote_folder);
}

static void
assert_name (GFile *file, const char *expected)
{
  g_autofree char *name = gesso_sandbox_dup_name (file);

  g_assert_cmpstr (name, ==, expected);
}

/* The portal's own path says nothing to anybody. */
static void
test_name (void)
{
  g_autoptr (GFile) granted = new_document ("ab12/Models");
  g_autoptr (GFile) below = new_document ("ab12/Models/SDXL");
  g_autoptr (GFile) home = g_file_new_build_filename (g_get_home_dir (), "Pictures", NULL);
  g_autofree char *beside = g_strconcat (g_get_home_dir (), "less", NULL);
  g_autoptr (GFile) homeless = g_file_new_for_path (beside);
  g_autoptr (GFile) host = g_file_new_for_path ("/srv/pictures");

  assert_name (granted, "Models");
  assert_name (below, "Models/SDXL");
  assert_name (home, "~/Pictures");
  assert_name (homeless, beside);
  assert_name (host, "/srv/pictures");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/sandbox/folder", test_folder);
  g_test_add_func ("/app/sandbox/name", test_name);

  return g_test_run ();
}
