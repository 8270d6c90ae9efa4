# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing of the flat-art objects that the starter model learns.

Coordinates are in units of a 128-pixel-high picture; everything is drawn three times larger
and averaged down, so that edges come out smooth.
"""
import math

from PIL import Image, ImageDraw

SIZE = 128
SUPERSAMPLE = 3

COLORS = {
    "red": (214, 52, 48), "orange": (242, 136, 40), "yellow": (252, 210, 60),
    "green": (62, 158, 78), "blue": (52, 108, 206), "purple": (132, 74, 184),
    "pink": (246, 146, 186), "white": (248, 247, 242),
}
COLOR_NAMES = list(COLORS)
BROWN = (126, 86, 58)


def lerp(a, b, t):
    return tuple(a[i] + (b[i] - a[i]) * t for i in range(3))


def to_rgb(color):
    return tuple(max(0, min(255, int(round(v)))) for v in color)


def shade(color, k):
    """Darker for k < 0 (towards a dark violet), lighter for k > 0 (towards white)."""
    return lerp(color, (20, 18, 44), -k) if k < 0 else lerp(color, (255, 255, 255), k)


def jitter(rng, color):
    lift = rng.uniform(-5, 5)
    return tuple(v + lift + rng.uniform(-3, 3) for v in color)


class Canvas:
    def __init__(self, rng, width=SIZE, height=SIZE):
        self.rng = rng
        self.width = width
        self.height = height
        self.night = False
        self.image = Image.new("RGB", (width * SUPERSAMPLE, height * SUPERSAMPLE))
        self.pen = ImageDraw.Draw(self.image)

    def tint(self, color):
        """What the night does to a colour."""
        return lerp(color, (34, 34, 92), 0.12) if self.night else color

    def named(self, name):
        return self.tint(jitter(self.rng, COLORS[name]))

    def gradient(self, top, bottom, y0, y1):
        rows = int((y1 - y0) * SUPERSAMPLE)
        column = Image.new("RGB", (1, rows))
        for y in range(rows):
            column.putpixel((0, y), to_rgb(lerp(top, bottom, y / max(1, rows - 1))))
        self.image.paste(column.resize((self.image.width, rows)), (0, int(y0 * SUPERSAMPLE)))

    def ellipse(self, x, y, rx, ry, color):
        box = [(x - rx) * SUPERSAMPLE, (y - ry) * SUPERSAMPLE,
               (x + rx) * SUPERSAMPLE, (y + ry) * SUPERSAMPLE]
        self.pen.ellipse(box, fill=to_rgb(color))

    def circle(self, x, y, r, color):
        self.ellipse(x, y, r, r, color)

    def rect(self, x0, y0, x1, y1, color, radius=0):
        box = [v * SUPERSAMPLE for v in (x0, y0, x1, y1)]
        self.pen.rounded_rectangle(box, radius=radius * SUPERSAMPLE, fill=to_rgb(color))

    def polygon(self, points, color):
        self.pen.polygon([(x * SUPERSAMPLE, y * SUPERSAMPLE) for x, y in points],
                         fill=to_rgb(color))

    def line(self, points, width, color):
        self.pen.line([(x * SUPERSAMPLE, y * SUPERSAMPLE) for x, y in points], fill=to_rgb(color),
                      width=max(1, int(width * SUPERSAMPLE)), joint="curve")

    def wave(self, base, height, period, phase, color):
        """Everything below base + height * sin (x / period + phase)."""
        points = [(0, self.height)]
        for x in range(0, self.width + 4, 4):
            points.append((x, base + height * math.sin(x / period + phase)))
        points.append((self.width + 2, self.height))
        self.polygon(points, color)

    def finish(self):
        return self.image.resize((self.width, self.height), Image.BOX)


# Every object takes the canvas, the middle of its foot (x, base), a scale and a colour's name.

def house(c, x, base, s, color):
    w, h = 15 * s, 19 * s
    wall = c.named(color)
    roof = {"red": (74, 84, 112), "orange": (92, 74, 92), "pink": (120, 72, 96),
            "purple": (92, 60, 84), "blue": (150, 78, 60)}.get(color, (146, 72, 58))
    roof = c.tint(roof)
    c.rect(x + w * .42, base - h - 13 * s, x + w * .72, base - h, shade(roof, -.25))
    c.rect(x - w, base - h, x + w, base, wall)
    c.rect(x - w, base - h, x + w, base - h + 2.4 * s, shade(wall, -.2))
    c.polygon([(x - w - 4 * s, base - h), (x, base - h - 15 * s), (x + w + 4 * s, base - h)], roof)
    c.rect(x - 3.8 * s, base - 11.5 * s, x + 3.8 * s, base, c.tint((88, 58, 50)), 1.2 * s)
    window = (255, 228, 124) if c.night else (222, 240, 248)
    for wx in (x - w * .62, x + w * .62):
        c.rect(wx - 3.6 * s, base - 14.4 * s, wx + 3.6 * s, base - 7.4 * s, shade(wall, -.45))
        c.rect(wx - 2.7 * s, base - 13.5 * s, wx + 2.7 * s, base - 8.3 * s, window)


def tree(c, x, base, s, color):
    leaves = c.named(color)
    c.rect(x - 2.4 * s, base - 17 * s, x + 2.4 * s, base, c.tint(BROWN))
    dark = shade(leaves, -.16)
    c.circle(x - 7 * s, base - 20 * s, 8.8 * s, dark)
    c.circle(x + 7 * s, base - 20 * s, 8.8 * s, dark)
    c.circle(x, base - 26 * s, 11 * s, leaves)
    c.circle(x - 3 * s, base - 29 * s, 4.8 * s, shade(leaves, .2))


def pine(c, x, base, s, color):
    needles = c.named(color) if color != "green" else c.tint(jitter(c.rng, (36, 116, 84)))
    c.rect(x - 2.2 * s, base - 7 * s, x + 2.2 * s, base, c.tint(BROWN))
    for i, (w, y) in enumerate(((13.5, 6), (11, 15), (8, 24))):
        c.polygon([(x - w * s, base - y * s), (x, base - (y + 15) * s), (x + w * s, base - y * s)],
                  shade(needles, (-.18, -.04, .08)[i]))


def cactus(c, x, base, s, color):
    skin = c.named(color)
    rib = shade(skin, -.2)
    c.rect(x - 12 * s, base - 24 * s, x - 7 * s, base - 11 * s, skin, 2.4 * s)
    c.rect(x - 12 * s, base - 15.5 * s, x, base - 10.5 * s, skin, 2.4 * s)
    c.rect(x + 7 * s, base - 29 * s, x + 12 * s, base - 15 * s, skin, 2.4 * s)
    c.rect(x, base - 20 * s, x + 12 * s, base - 15 * s, skin, 2.4 * s)
    c.rect(x - 4.6 * s, base - 36 * s, x + 4.6 * s, base + 1, skin, 4.6 * s)
    for dx in (-1.8, 1.8):
        c.line([(x + dx * s, base - 31 * s), (x + dx * s, base - 2)], 1.0 * s, rib)


def boat(c, x, base, s, color, sail="white"):
    hull = c.named(color)
    cloth = c.named(sail)
    c.rect(x - 1.1 * s, base - 36 * s, x + 1.1 * s, base - 7 * s, c.tint(BROWN))
    c.polygon([(x + 2 * s, base - 35 * s), (x + 2 * s, base - 11 * s), (x + 18 * s, base - 11 * s)],
              cloth)
    c.polygon([(x - 2 * s, base - 31 * s), (x - 2 * s, base - 11 * s), (x - 14 * s, base - 11 * s)],
              shade(cloth, -.12))
    c.polygon([(x - 20 * s, base - 9 * s), (x + 21 * s, base - 9 * s), (x + 14 * s, base + 3 * s),
               (x - 14 * s, base + 3 * s)], hull)
    c.polygon([(x - 20 * s, base - 9 * s), (x + 21 * s, base - 9 * s),
               (x + 19.4 * s, base - 6.2 * s), (x - 18.4 * s, base - 6.2 * s)], shade(hull, -.25))


def flower(c, x, base, s, color):
    petals = c.named(color)
    stem = c.tint((46, 124, 60))
    cy = base - 25 * s
    c.line([(x, base), (x, cy)], 2.6 * s, stem)
    c.ellipse(x - 6 * s, base - 7 * s, 6 * s, 2.8 * s, stem)
    c.ellipse(x + 6 * s, base - 10 * s, 6 * s, 2.8 * s, stem)
    for i in range(6):
        a = i * math.pi / 3 + math.pi / 6
        c.circle(x + 7 * s * math.cos(a), cy + 7 * s * math.sin(a), 5 * s, petals)
    heart = (250, 200, 70) if color not in ("yellow", "orange") else (124, 74, 46)
    c.circle(x, cy, 4.8 * s, c.tint(heart))


def balloon(c, x, base, s, color):
    """A hot-air balloon; base is the bottom of its basket."""
    skin = c.named(color)
    cy = base - 26 * s
    for dx in (-4, 4):
        c.line([(x + dx * s, base - 5 * s), (x + dx * 2 * s, cy + 9 * s)], 1.0 * s,
               c.tint((90, 70, 60)))
    c.polygon([(x - 12.2 * s, cy + 8 * s), (x + 12.2 * s, cy + 8 * s), (x + 4.4 * s, cy + 17 * s),
               (x - 4.4 * s, cy + 17 * s)], skin)
    c.circle(x, cy, 15 * s, skin)
    stripe = shade(skin, .42) if color != "white" else shade(skin, -.2)
    c.ellipse(x, cy, 5 * s, 15 * s, stripe)
    c.polygon([(x - 4.4 * s, cy + 8 * s), (x + 4.4 * s, cy + 8 * s), (x + 1.8 * s, cy + 17 * s),
               (x - 1.8 * s, cy + 17 * s)], stripe)
    c.rect(x - 4.2 * s, base - 6.4 * s, x + 4.2 * s, base, c.tint(BROWN), s)


def mushroom(c, x, base, s, color):
    cap = c.named(color)
    c.rect(x - 5 * s, base - 17 * s, x + 5 * s, base, c.tint((240, 226, 204)), 3 * s)
    top = base - 34 * s
    c.pen.pieslice([v * SUPERSAMPLE for v in (x - 18 * s, top, x + 18 * s, base + 2 * s)], 180, 360,
                   fill=to_rgb(cap))
    c.rect(x - 18 * s, base - 17 * s, x + 18 * s, base - 13.5 * s, shade(cap, -.22), 1.7 * s)
    spot = c.tint((252, 248, 240)) if color != "white" else c.tint((214, 74, 64))
    for dx, dy, r in ((-9, 20.5, 2.6), (0, 27, 3.4), (9, 20.5, 2.6)):
        c.circle(x + dx * s, base - dy * s, r * s, spot)


def cloud(c, x, y, s, color):
    for dx, dy, r in ((-9, 1, 5), (-3, -2, 7), (5, -1, 6), (11, 2, 4)):
        c.circle(x + dx * s, y + dy * s, r * s, color)
    c.rect(x - 14 * s, y + 1 * s, x + 15 * s, y + 6 * s, color, 2.5 * s)


def sun(c, x, y, r, color, sky):
    c.circle(x, y, r * 1.42, lerp(sky, color, .36))
    c.circle(x, y, r, color)


def moon(c, x, y, r, color, sky, crescent):
    c.circle(x, y, r, color)
    if crescent:
        c.circle(x + r * .5, y - r * .22, r * .86, sky)
        return
    for dx, dy, k in ((-.3, -.2, .24), (.38, .3, .2), (.15, -.5, .15)):
        c.circle(x + dx * r, y + dy * r, k * r, shade(color, -.14))


def regular(x, y, r, n, inner=None):
    """Corners of a regular polygon, or of a star when inner is the short radius' share."""
    corners = n * (2 if inner else 1)
    points = []
    for i in range(corners):
        radius = r * inner if inner and i % 2 else r
        a = -math.pi / 2 + i * 2 * math.pi / corners
        points.append((x + radius * math.cos(a), y + radius * math.sin(a)))
    return points


def shape(c, kind, x, y, r, color):
    if kind == "circle":
        c.circle(x, y, r, color)
    elif kind == "square":
        c.rect(x - r * .88, y - r * .88, x + r * .88, y + r * .88, color)
    elif kind == "triangle":
        c.polygon([(x - r, y + r * .8), (x, y - r * .95), (x + r, y + r * .8)], color)
    elif kind == "star":
        c.polygon(regular(x, y + r * .06, r * 1.15, 5, .46), color)
    elif kind == "diamond":
        c.polygon([(x, y - r * 1.1), (x + r * .8, y), (x, y + r * 1.1), (x - r * .8, y)], color)
    elif kind == "heart":
        for side in (-1, 1):
            c.circle(x + side * r * .46, y - r * .3, r * .52, color)
        c.polygon([(x - r * .95, y - r * .08), (x + r * .95, y - r * .08), (x, y + r)], color)


SHAPES = ["circle", "square", "triangle", "star", "diamond", "heart"]
OBJECTS = {"house": house, "tree": tree, "pine tree": pine, "cactus": cactus, "boat": boat,
           "flower": flower, "balloon": balloon, "mushroom": mushroom}
