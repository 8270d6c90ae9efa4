/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was measured, for people and for programs. */
#include "cli/bench.h"
#include "cli/json.h"

#include <stdio.h>

static gboolean
is_part (const GsBenchPart *part, const char *name)
{
  return g_str_equal (part->total.name, name);
}

/* Of one evaluation with guidance; 0 if that was not measured. */
static double
seconds_per_step (const GsBench *bench)
{
  for (guint i = 0; i < bench->parts->len; i++)
    {
      const GsBenchPart *part = bench->parts->pdata[i];

      if (is_part (part, "unet_batch2"))
        return part->total.seconds;
    }
  return 0;
}

/* A training step beside an evaluation of the U-Net. */
typedef struct
{
  double steps_per_s;
  double time, memory; /* over those of unet_batch1 */
} Training;

/* FALSE if not both were measured. */
static gboolean
compare_training (const GsBench *bench, Training *training)
{
  const GsBenchEntry *step = NULL, *evaluation = NULL;

  for (guint i = 0; i < bench->parts->len; i++)
    {
      const GsBenchPart *part = bench->parts->pdata[i];

      if (is_part (part, "train_lora"))
        step = &part->total;
      else if (is_part (part, "unet_batch1"))
        evaluation = &part->total;
    }
  if (step == NULL || evaluation == NULL || step->seconds <= 0 || evaluation->seconds <= 0)
    return FALSE;
  training->steps_per_s = 1 / step->seconds;
  training->time = step->seconds / evaluation->seconds;
  training->memory = (double) step->peak_bytes / MAX (evaluation->peak_bytes, 1);
  return TRUE;
}

/* The part's speed over that of its GEMMs and convolutions alone. */
static double
of_gemms (const GsBenchPart *part)
{
  return part->gemms.gflops_per_s > 0 ? part->total.gflops_per_s / part->gemms.gflops_per_s : 0;
}

/* Seconds over what they were, of a part or of an op class of it; 0: nothing to compare with. */
static double
ratio (const GsCliBench *self, const GsBenchPart *part, const GsBenchEntry *op)
{
  double new = op != NULL ? op->seconds : part->total.seconds;
  double old = 0;

  if (self->old != NULL)
    old = gs_cli_bench_old_seconds (self->old, part->total.name, op != NULL ? op->name : NULL);
  return old > 0 ? new / old : 0;
}

/* ---- Tables --------------------------------------------------------------------------------- */

static void
print_ceilings (const GsBench *bench)
{
  printf ("\n%-22s %9s %9s\n", "at best, this device", "GFLOP/s", "GB/s");
  for (guint i = 0; i < bench->ceilings->len; i++)
    {
      const GsBenchEntry *ceiling = &g_array_index (bench->ceilings, GsBenchEntry, i);

      if (ceiling->gflop > 0)
        printf ("%-22s %9.1f\n", ceiling->name, ceiling->gflops_per_s);
      else
        printf ("%-22s %9s %9.1f\n", ceiling->name, "", ceiling->gbytes_per_s);
    }
}

static void
print_ratio (double value)
{
  if (value > 0)
    printf (" %7.3f", value);
  printf ("\n");
}

static void
print_parts (const GsCliBench *self)
{
  const GsBench *bench = self->bench;

  printf ("\n%-22s %9s %9s %9s %7s %7s %10s %10s %10s%s\n", "part", "ms", "GFLOP", "GFLOP/s", "GB/s", "of best",
          "dispatches", "arena", "peak", self->old != NULL ? " new/old" : "");
  for (guint i = 0; i < bench->parts->len; i++)
    {
      const GsBenchPart *part = bench->parts->pdata[i];
      const GsBenchEntry *total = &part->total;
      g_autofree char *arena = gs_cli_format_bytes (total->arena_bytes);
      g_autofree char *peak = gs_cli_format_bytes (total->peak_bytes);

      printf ("%-22s %9.2f %9.2f %9.1f %7.1f %6.1f%% %10u %10s %10s", total->name, total->seconds * 1e3,
              total->gflop, total->gflops_per_s, total->gbytes_per_s, total->fraction * 100, total->n_dispatches,
              arena, peak);
      print_ratio (ratio (self, part, NULL));
    }
}

static void
print_op (const GsBenchEntry *entry)
{
  printf ("%-22s %9.2f %5.1f%% %9.2f %9.1f %7.1f %6.1f%% %-7s %7u %10u", entry->name, entry->seconds * 1e3,
          entry->share * 100, entry->gflop, entry->gflops_per_s, entry->gbytes_per_s, entry->fraction * 100,
          entry->memory_bound ? "memory" : "compute", entry->n_nodes, entry->n_dispatches);
}

static void
print_ops (const GsCliBench *self, const GsBenchPart *part)
{
  printf ("\n%-22s %9s %6s %9s %9s %7s %7s %-7s %7s %10s%s\n", part->total.name, "ms", "share", "GFLOP", "GFLOP/s",
          "GB/s", "of best", "ceiling", "nodes", "dispatches", self->old != NULL ? " new/old" : "");
  for (guint i = 0; i < part->ops->len; i++)
    {
      const GsBenchEntry *op = &g_array_index (part->ops, GsBenchEntry, i);

      print_op (op);
      print_ratio (ratio (self, part, op));
    }
  if (part->gemms.n_nodes == 0)
    return;
  print_op (&part->gemms);
  printf ("\nAll of %s goes at %.0f%% of its GEMMs' and convolutions' speed.\n", part->total.name,
          of_gemms (part) * 100);
}

void
gs_cli_bench_print_tables (const GsCliBench *self)
{
  const GsBench *bench = self->bench;
  Training training;
  g_autofree char *old = self->old != NULL ? gs_cli_bench_old_describe (self->old) : NULL;

  printf ("%s, %u x %u pixels\n%s, %s\n", gs_session_get_model (self->session)->name, self->width, self->height,
          gs_session_get_device (self->session)->name, gs_session_get_device (self->session)->driver);
  if (old != NULL)
    printf ("compared with %s\n", old);
  print_ceilings (bench);
  print_parts (self);
  if (seconds_per_step (bench) > 0)
    printf ("%.4g s per step with guidance; its preview takes %.2g %% of that\n", seconds_per_step (bench),
            bench->preview_seconds / seconds_per_step (bench) * 100);
  if (compare_training (bench, &training))
    printf ("%.4g training steps a second; one takes %.2f x the time and %.2f x the memory of an evaluation\n",
            training.steps_per_s, training.time, training.memory);
  for (guint i = 0; i < bench->parts->len; i++)
    {
      const GsBenchPart *part = bench->parts->pdata[i];

      if (part->ops->len > 0)
        print_ops (self, part);
    }
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void
add_ceilings (JsonBuilder *builder, const GsBench *bench)
{
  json_builder_set_member_name (builder, "ceilings");
  json_builder_begin_object (builder);
  for (guint i = 0; i < bench->ceilings->len; i++)
    {
      const GsBenchEntry *ceiling = &g_array_index (bench->ceilings, GsBenchEntry, i);

      json_builder_set_member_name (builder, ceiling->name);
      json_builder_begin_object (builder);
      if (ceiling->gflop > 0)
        gs_cli_json_number (builder, "gflops_per_s", ceiling->gflops_per_s);
      else
        gs_cli_json_number (builder, "gbytes_per_s", ceiling->gbytes_per_s);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_figures (JsonBuilder *builder, const GsBenchEntry *entry, double compared)
{
  gs_cli_json_number (builder, "seconds", entry->seconds);
  gs_cli_json_number (builder, "gflop", entry->gflop);
  gs_cli_json_number (builder, "gflops_per_s", entry->gflops_per_s);
  gs_cli_json_number (builder, "gbytes_per_s", entry->gbytes_per_s);
  gs_cli_json_number (builder, "fraction", entry->fraction);
  gs_cli_json_integer (builder, "dispatches", entry->n_dispatches);
  if (compared > 0)
    gs_cli_json_number (builder, "ratio", compared);
}

static void
add_op (JsonBuilder *builder, const char *name, const GsBenchEntry *entry, double compared)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_figures (builder, entry, compared);
  gs_cli_json_number (builder, "share", entry->share);
  gs_cli_json_string (builder, "ceiling", entry->memory_bound ? "memory" : "compute");
  gs_cli_json_integer (builder, "nodes", entry->n_nodes);
  json_builder_end_object (builder);
}

static void
add_ops (JsonBuilder *builder, const GsCliBench *self, const GsBenchPart *part)
{
  if (part->gemms.n_nodes > 0)
    {
      add_op (builder, "gemms", &part->gemms, 0);
      gs_cli_json_number (builder, "of_gemms", of_gemms (part));
    }
  json_builder_set_member_name (builder, "ops");
  json_builder_begin_object (builder);
  for (guint i = 0; i < part->ops->len; i++)
    {
      const GsBenchEntry *entry = &g_array_index (part->ops, GsBenchEntry, i);

      add_op (builder, entry->name, entry, ratio (self, part, entry));
    }
  json_builder_end_object (builder);
}

static void
add_part (JsonBuilder *builder, const GsCliBench *self, const GsBenchPart *part)
{
  json_builder_set_member_name (builder, part->total.name);
  json_builder_begin_object (builder);
  add_figures (builder, &part->total, ratio (self, part, NULL));
  gs_cli_json_integer (builder, "arena_bytes", part->total.arena_bytes);
  gs_cli_json_integer (builder, "peak_bytes", part->total.peak_bytes);
  if (part->ops->len > 0)
    add_ops (builder, self, part);
  json_builder_end_object (builder);
}

void
gs_cli_bench_print_json (const GsCliBench *self)
{
  Training training;
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "device", gs_session_get_device (self->session)->name);
  gs_cli_json_string (builder, "driver", gs_session_get_device (self->session)->driver);
  gs_cli_json_string (builder, "model", gs_session_get_model (self->session)->name);
  gs_cli_json_integer (builder, "width", self->width);
  gs_cli_json_integer (builder, "height", self->height);
  if (seconds_per_step (self->bench) > 0)
    {
      gs_cli_json_number (builder, "seconds_per_step", seconds_per_step (self->bench));
      gs_cli_json_number (builder, "preview_seconds", self->bench->preview_seconds);
    }
  if (compare_training (self->bench, &training))
    {
      json_builder_set_member_name (builder, "training");
      json_builder_begin_object (builder);
      gs_cli_json_number (builder, "steps_per_s", training.steps_per_s);
      gs_cli_json_number (builder, "time_ratio", training.time);
      gs_cli_json_number (builder, "memory_ratio", training.memory);
      json_builder_end_object (builder);
    }
  add_ceilings (builder, self->bench);
  for (guint i = 0; i < self->bench->parts->len; i++)
    add_part (builder, self, self->bench->parts->pdata[i]);
  json_builder_end_object (builder);
  gs_cli_json_print (builder);
}
