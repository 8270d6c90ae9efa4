# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges starter.safetensors by tests/starter/prompts.json, whose "about" says how.

The test proper makes its pictures with Gesso's engine; this one serves the training.
"""
import argparse
import json
import os

import numpy as np
import torch

from sample import Pipeline, sheet


def area(picture, region):
    h, w = picture.shape[:2]
    left, top, right, bottom = region
    part = picture[round(top * h):round(bottom * h), round(left * w):round(right * w)]
    return part.reshape(-1, 3).astype(float)


def nearest(pixels, palette):
    table = np.array([entry["rgb"] for entry in palette], float)
    at = ((pixels[:, None] - table) ** 2).sum(-1).argmin(1)
    return np.array([entry["name"] for entry in palette])[at]


def holds(picture, check, palettes):
    palette = palettes[check["palette"]]
    pixels = area(picture, check["region"])
    if check["kind"] == "mean":
        return nearest(pixels.mean(0)[None], palette)[0] == check["is"]
    names = nearest(pixels, palette)
    share = (names == check["is"]).mean()
    if share < check["at_least"]:
        return False
    return check["kind"] == "share" or all((names == e["name"]).mean() <= share for e in palette)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=here + "/starter.safetensors")
    parser.add_argument("--tokenizer", default=here)
    parser.add_argument("--prompts", default=here + "/../../tests/starter/prompts.json")
    parser.add_argument("--cfg", type=float, nargs="*", default=[7, 1])
    parser.add_argument("--seed", type=int, default=0, help="added to every seed")
    parser.add_argument("--sheet", help="write the pictures of the first guidance scale here")
    args = parser.parse_args()
    torch.set_num_threads(1)
    with open(args.prompts, encoding="utf-8") as f:
        test = json.load(f)
    pipeline = Pipeline(args.model, args.tokenizer)
    prompts = test["prompts"]
    for cfg in args.cfg:
        pictures = []
        for i in range(0, len(prompts), 10):
            part = prompts[i:i + 10]
            pictures += list(pipeline.generate([e["prompt"] for e in part],
                                               [e["seed"] + args.seed for e in part],
                                               steps=test["settings"]["steps"], cfg=cfg))
        failed = {}
        for picture, entry in zip(pictures, prompts):
            wrong = [c["is"] for c in entry["checks"] if not holds(picture, c, test["palettes"])]
            if wrong:
                failed[entry["prompt"]] = wrong
        held = [e for e in prompts if e["held_out"]]
        print("guidance %g: %d of %d hold, held-out pairs %d of %d" % (
            cfg, len(prompts) - len(failed), len(prompts),
            sum(e["prompt"] not in failed for e in held), len(held)))
        for prompt, wrong in failed.items():
            print("  %s: not %s" % (prompt, ", ".join(wrong)))
        if args.sheet and cfg == args.cfg[0]:
            sheet(pictures, [("" if e["prompt"] not in failed else "X ") + e["prompt"]
                             for e in prompts], 8, args.sheet)


if __name__ == "__main__":
    main()
