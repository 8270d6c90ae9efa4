/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph with the denoising loss of a case, its gradients, and steps of AdamW on them. */
#pragma once

#include "parity/networks.h"
#include "train/adamw.h"

#include "io/joined-names.h"
#include "sample/schedule.h"

G_BEGIN_DECLS

#define GS_PARITY_MAX_ASKED 512

typedef struct
{
  GsParityRun    *run;
  GsTensorFile   *file;
  GsParityNetwork network;
  GsSchedule     *schedule;
  GsGraph        *graph;   /* the program's, once there is one */
  GsProgram      *program;
  GsTensor       *loss, *eps;
  GsTensor       *asked[GS_PARITY_MAX_ASKED]; /* tensors whose gradients are outputs */
  guint           outputs[GS_PARITY_MAX_ASKED]; /* their numbers                     */
  guint           n_asked;
  guint           loss_output, eps_output;
} GsParityTraining;

gboolean gs_parity_training_init  (GsParityTraining *training, GError **error);
void     gs_parity_training_clear (GsParityTraining *training);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GsParityTraining, gs_parity_training_clear)

/* Builds mean (eps - noise)^2 over inputs "x", "time" and "noise"; x: says the sizes. */
void     gs_parity_training_loss (GsParityTraining *training, const GsParityTensor *x,
                                  GsTensor *context);

/* Asks for the gradient with respect to a tensor, which may not be NULL; returns its number. */
guint    gs_parity_training_ask (GsParityTraining *training, GsTensor *tensor);

/* Adds the gradients and makes the program. */
gboolean gs_parity_training_finish (GsParityTraining *training, GError **error);

/* x: the noisy latents; t: a timestep each. Other inputs are to be set before. */
gboolean gs_parity_training_run (GsParityTraining *training, const GsParityTensor *x,
                                 const GsParityTensor *noise, const float *t, GError **error);

/* The same with the latents and noise of a step of the case, "in.step<k>.*". */
gboolean gs_parity_training_run_step (GsParityTraining *training, guint step, GError **error);

/* A gradient by its number; the caller's. */
float   *gs_parity_training_gradient (GsParityTraining *training, guint asked, gsize *n,
                                      GError **error);

/* The loss against element i of a tensor, the estimated noise against another. */
gboolean gs_parity_training_check_loss (GsParityTraining *training, guint i, const char *name,
                                        GError **error);
gboolean gs_parity_training_check_eps  (GsParityTraining *training, const char *name,
                                        GError **error);

/* The optimizer's numbers of the case. */
GsAdamW  gs_parity_training_adamw (GsParityTraining *training);

/* Compares what steps have changed: got - before with want - before. */
gboolean gs_parity_training_check_change (GsParityTraining *training, const char *name,
                                          const float *got, const float *before, gsize n,
                                          GError **error);

gboolean gs_parity_train_lora      (GsParityTraining *training, GError **error);
gboolean gs_parity_train_inversion (GsParityTraining *training, GError **error);

G_END_DECLS
