# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the starter model from nothing and writes starter.safetensors, vocab.json, merges.txt.

    python3 resources/starter/train.py --work /var/tmp/starter

Needs Debian's python3-torch (2.6, trixie), python3-numpy and python3-pil, and a CPU with fast
bfloat16. A finished stage is not repeated; a U-Net that was interrupted goes on.
"""
import argparse
import os
import shutil
import subprocess
import sys

import bpe
import scenes

HERE = os.path.dirname(os.path.abspath(__file__))
# Words that no caption has, so that every merge of the table is in use.
MORE_WORDS = """zebra elephant window computer garden village mountain island painting watercolor
portrait beach flowers winter house sky stars galaxy ship sailing lighthouse field black brown gold
silver grey"""


def learn_tokens(folder):
    texts = [c for i in range(5000) for c in scenes.make(5_000_000 + i, held_out=False)[1]]
    rare = " ".join(scenes.FILLER + scenes.COLOR_NAMES + [*scenes.PLURAL, *scenes.PLURAL.values()])
    texts += [rare] * 40 + [MORE_WORDS] * 3
    bpe.save(folder, *bpe.learn(texts, 1024))


def stage(work, script, *arguments):
    command = [sys.executable, os.path.join(HERE, script), *map(str, arguments)]
    subprocess.run(command, cwd=work, check=True, env=dict(os.environ, OMP_NUM_THREADS="1"))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="starter-training", help="folder of the checkpoints")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes, one a core")
    parser.add_argument("--minutes", type=float, default=95, help="for all stages together")
    parser.add_argument("--pictures", type=int, default=15000, help="for the U-Net")
    parser.add_argument("--out", default=HERE)
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    out = os.path.abspath(args.out)
    seconds, workers = args.minutes * 60, ("--workers", args.workers)
    if not os.path.exists(args.work + "/merges.txt"):
        learn_tokens(args.work)
    if not os.path.exists(args.work + "/vae.pt.done"):
        stage(args.work, "train_vae.py", "--out", "vae.pt", "--seconds", .15 * seconds, *workers)
        shutil.copy(args.work + "/vae.pt", args.work + "/vae.pt.done")
    resume = ("--resume",) if os.path.exists(args.work + "/unet.pt") else ()
    stage(args.work, "train_unet.py", "--vae", "vae.pt.done", "--seconds", .67 * seconds,
          "--pictures", args.pictures, *workers, *resume)
    stage(args.work, "train_vae.py", "--decoder", "--start", "vae.pt.done", "--out", "decoder.pt",
          "--seconds", .18 * seconds, "--lr", 1e-3, "--muon-lr", .01, "--whole", .6, *workers)
    stage(args.work, "export.py", "--vae", "decoder.pt", "--out", out + "/starter.safetensors")
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(os.path.join(args.work, name), out)
    stage(args.work, "score.py", "--model", out + "/starter.safetensors", "--tokenizer", out)


if __name__ == "__main__":
    main()
