# SPDX-License-Identifier: GPL-3.0-or-later
"""Byte pair encoding in CLIP's format: learns vocab.json and merges.txt, and encodes.

Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units" (2016); the file
format and the split into words are those of OpenAI's CLIP.
"""
import json
import re
from collections import Counter

# CLIP splits at Unicode's letters; for the captions' ASCII this is the same.
WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|"
                  r"[a-zA-Z\u00c0-\uffff]+|[0-9]|[^\sa-zA-Z0-9\u00c0-\uffff]+")
START, END = "<|startoftext|>", "<|endoftext|>"
LENGTH = 77


def byte_letters():
    """CLIP's printable stand-in for each byte."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xa1, 0xac + 1), *range(0xae, 0xff + 1)]
    letters = {b: chr(b) for b in plain}
    for b in range(256):
        if b not in letters:
            letters[b] = chr(256 + len(letters) - len(plain))
    return letters


LETTERS = byte_letters()


def split(text):
    words = WORD.findall(text.strip().lower())
    return ["".join(LETTERS[b] for b in word.encode()) for word in words]


def merge(pieces, pair):
    out, i = [], 0
    while i < len(pieces):
        if tuple(pieces[i:i + 2]) == pair:
            out.append(pieces[i] + pieces[i + 1])
            i += 2
        else:
            out.append(pieces[i])
            i += 1
    return tuple(out)


def learn(texts, size):
    counts = Counter(word for text in texts for word in split(text))
    words = {(*w[:-1], w[-1] + "</w>"): max(1, int(n ** .6)) for w, n in counts.items()}
    vocab = [*LETTERS.values(), *(b + "</w>" for b in LETTERS.values())]
    merges = []
    while len(vocab) < size - 2:
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        vocab.append("".join(best))
        words = {merge(word, best): n for word, n in words.items()}
    # Unused places, so that the table has the size the model was told.
    vocab += ["<|unused%d|>" % i for i in range(size - 2 - len(vocab))] + [START, END]
    return {piece: i for i, piece in enumerate(vocab)}, merges


def save(folder, vocab, merges):
    with open(folder + "/vocab.json", "w", encoding="utf-8") as f:
        json.dump(vocab, f, ensure_ascii=False)
    with open(folder + "/merges.txt", "w", encoding="utf-8") as f:
        f.write("#version: 0.2\n" + "".join("%s %s\n" % pair for pair in merges))


class Tokenizer:
    def __init__(self, folder):
        with open(folder + "/vocab.json", encoding="utf-8") as f:
            self.ids = json.load(f)
        with open(folder + "/merges.txt", encoding="utf-8") as f:
            lines = f.read().split("\n")[1:]
        self.rank = {tuple(line.split()): i for i, line in enumerate(lines) if line}
        self.known = {}

    def word(self, word):
        if word not in self.known:
            pieces = (*word[:-1], word[-1] + "</w>")
            while len(pieces) > 1:
                pair = min(zip(pieces, pieces[1:]), key=lambda p: self.rank.get(p, 1 << 30))
                if pair not in self.rank:
                    break
                pieces = merge(pieces, pair)
            self.known[word] = [self.ids[p] for p in pieces]
        return self.known[word]

    def encode(self, text):
        ids = [i for word in split(text) for i in self.word(word)][:LENGTH - 2]
        return [self.ids[START]] + ids + [self.ids[END]] * (LENGTH - 1 - len(ids))
