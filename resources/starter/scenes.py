# SPDX-License-Identifier: GPL-3.0-or-later
"""Little scenes with captions: one sky, one ground, one to three coloured objects.

make (seed) returns a picture, several captions of it, and whether it is a simple one. What a
caption leaves out has one usual value (middle of the picture, day, hills, a sun on the right), so
that it decides nearly everything: a small model then learns sharp pictures instead of averages of
many, and guidance does not draw both of two likely things.
"""
import random

from draw import (COLOR_NAMES, COLORS, OBJECTS, SHAPES, SIZE, Canvas, cloud, jitter,
                  lerp, moon, shade, shape, sun)

WORDS = {
    "day": ["day", "sunny day", "blue sky", "clear sky", "daytime"],
    "sunset": ["sunset", "at sunset", "sunset sky", "evening", "dusk"],
    "night": ["night", "at night", "night sky", "starry night", "starry sky"],
    "big": ["big", "large", "huge"], "small": ["small", "little", "tiny"],
    "hills": ["green hills", "hills", "grass", "a green meadow"],
    "mountains": ["mountains", "snowy mountains", "mountains in the background"],
    "sea": ["the sea", "the ocean", "water", "sea"],
    "desert": ["the desert", "sand dunes", "sand", "desert"],
    "snow": ["snow", "a snowy field", "winter", "white snow"],
}
PLACES = {"left": " on the left", "right": " on the right", "middle": " in the middle"}
COUNT = {2: "two", 3: "three"}
PLURAL = {"house": "houses", "tree": "trees", "pine tree": "pine trees", "cactus": "cacti",
          "boat": "boats", "flower": "flowers", "balloon": "balloons", "mushroom": "mushrooms"}
ALSO = {"balloon": ["balloon", "hot air balloon"], "boat": ["boat", "sailboat"],
        "pine tree": ["pine tree", "fir tree"], "house": ["house", "house", "house", "home"]}
# Never drawn for the U-Net and the text encoder: the test asks for them all the same.
HELD_OUT = {("pink", "house"), ("green", "balloon"), ("blue", "flower"), ("purple", "boat"),
            ("orange", "tree")}
PREFIX = ["flat art of ", "a picture of ", "an illustration of ", "illustration, ", "flat art, ",
          "a painting of ", "a drawing of ", "a photo of "]
# Words without effect, so that a prompt's unknown words do no harm.
FILLER = """beautiful cute simple masterpiece detailed colorful pretty nice lovely amazing style
artwork drawing digital vector modern minimal peaceful calm happy quiet cozy best quality high 4k hd
sharp trending soft bright dreamy magic fantasy old ancient my our some very landscape view photo
realistic cartoon poster children book storybook wallpaper art cat dog horse man woman girl boy
dragon car train city forest river road bridge castle bird fish cake music dance summer spring rain
wind fire robot space rocket""".split()

TABLE = {"hills": ["house"] * 4 + ["tree"] * 3 + ["flower"] * 3 + ["mushroom"] * 2 +
         ["pine tree"] + ["balloon"] * 2,
         "mountains": ["house"] * 4 + ["pine tree"] * 2 + ["tree", "tree", "balloon", "flower"],
         "sea": ["boat"] * 9 + ["balloon"] * 3,
         "desert": ["cactus"] * 6 + ["house"] * 3 + ["balloon"] * 2 + ["tree"],
         "snow": ["house"] * 4 + ["pine tree"] * 4 + ["tree", "tree", "balloon"]}
GREENER = {"tree": 4, "pine tree": 4, "cactus": 4, "flower": .2}


def article(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


def draw_sky(c, sky, rng):
    lift = rng.uniform(-6, 6)
    if sky == "day":
        top, bottom, end = (98 + lift, 176 + lift, 236), (208, 236, 248), 100
    elif sky == "sunset":
        top, bottom, end = (112 + lift, 72 + lift, 146), (255, 180 + lift, 106), 92
    else:
        top, bottom, end = (14, 18, 56 + lift), (56, 58, 122 + lift), 100
    c.gradient(top, bottom, 0, end)
    if sky == "night":
        for _ in range(rng.randint(10, 16)):
            c.circle(rng.uniform(3, c.width - 3), rng.uniform(3, 66), rng.choice([1.0, 1.4, 1.8]),
                     (252, 248, 220))
    return lambda y: lerp(top, bottom, y / end)


def draw_ground(c, ground, sky, rng):
    horizon = rng.uniform(81, 85)
    phase = lambda: rng.uniform(0, 6.28)
    if ground == "hills":
        green = c.tint((110, 188, 88) if sky != "night" else (70, 132, 92))
        c.wave(horizon - 8, 6, rng.uniform(15, 22), phase(), shade(green, .24))
        c.wave(horizon, 5, rng.uniform(17, 26), phase(), green)
        c.wave(horizon + 15, 3, rng.uniform(18, 28), phase(), shade(green, -.13))
    elif ground == "mountains":
        rock = (118, 128, 168) if sky != "sunset" else (136, 96, 140)
        for mx in (rng.uniform(14, 40), rng.uniform(88, 114), rng.uniform(50, 78)):
            x = mx * c.width / SIZE
            height = rng.uniform(36, 50)
            foot, top = horizon + 6, horizon + 6 - height
            k = .3
            c.polygon([(x - height, foot), (x, top), (x + height, foot)],
                      c.tint(shade(rock, rng.uniform(-.14, .08))))
            c.polygon([(x - height * k, top + height * k), (x, top),
                       (x + height * k, top + height * k),
                       (x + height * k * .4, top + height * .21), (x, top + height * .33),
                       (x - height * k * .4, top + height * .21)],
                      c.tint((248, 250, 253)))
        green = c.tint((98, 174, 88))
        c.wave(horizon + 2, 3, rng.uniform(18, 28), phase(), green)
        c.wave(horizon + 16, 2.5, rng.uniform(18, 28), phase(), shade(green, -.14))
    elif ground == "sea":
        near, far = {"day": ((30, 98, 172), (72, 158, 212)),
                     "sunset": ((84, 60, 128), (184, 106, 136)),
                     "night": ((22, 34, 84), (44, 68, 132))}[sky]
        c.gradient(far, near, horizon - 6, 130)
        for _ in range(rng.randint(5, 8)):
            x, y, w = rng.uniform(0, c.width), rng.uniform(horizon, 125), rng.uniform(6, 12)
            c.rect(x - w, y - 1, x + w, y + 1, shade(lerp(far, near, (y - horizon) / 50), .24), 1)
    elif ground == "desert":
        sand = {"day": (240, 204, 130), "sunset": (224, 150, 94), "night": (152, 130, 120)}[sky]
        c.wave(horizon - 5, 5, rng.uniform(16, 23), phase(), shade(sand, -.12))
        c.wave(horizon + 3, 5, rng.uniform(18, 27), phase(), sand)
        c.wave(horizon + 18, 3, rng.uniform(18, 28), phase(), shade(sand, .16))
    else:
        snow = {"day": (230, 240, 250), "sunset": (238, 212, 226), "night": (164, 176, 218)}[sky]
        c.wave(horizon - 7, 5, rng.uniform(15, 22), phase(), shade(snow, -.14))
        c.wave(horizon + 1, 5, rng.uniform(17, 25), phase(), snow)
        c.wave(horizon + 16, 3, rng.uniform(18, 28), phase(), shade(snow, .5))


class Thing:
    """An object of a scene and how captions name it."""

    def __init__(self, rng, ground, held_out):
        while True:
            self.kind = rng.choice(TABLE[ground])
            weights = [1.0] * len(COLOR_NAMES)
            weights[COLOR_NAMES.index("green")] = GREENER.get(self.kind, 1.0)
            self.color = rng.choices(COLOR_NAMES, weights)[0]
            if not held_out or (self.color, self.kind) not in HELD_OUT:
                break
        self.size = rng.choices(["", "big", "small"], [76, 12, 12])[0]
        self.sail = rng.choices(COLOR_NAMES, [2, 1, 2, 1, 1, 1, 1, 14])[0]

    def scale(self, rng, usual):
        s = {"": usual, "big": usual * 1.32, "small": usual * .62}[self.size]
        return s * rng.uniform(.96, 1.04) * (.9 if self.kind == "balloon" else 1)

    def draw(self, c, x, base, s):
        extra = (self.sail,) if self.kind == "boat" else ()
        OBJECTS[self.kind](c, x, base, s, self.color, *extra)

    def words(self, rng, count=1):
        words = [rng.choice(WORDS[self.size])] if self.size else []
        natural = self.color == "green" and self.kind in ("tree", "pine tree", "cactus")
        if rng.random() < (.45 if natural else .97):
            words.append(self.color)
        if count > 1:
            text = COUNT[count] + " " + " ".join(words + [PLURAL[self.kind]])
        else:
            text = " ".join(words + [rng.choice(ALSO.get(self.kind, [self.kind]))])
            text = article(text) if rng.random() < .92 else text
        if self.kind == "boat" and (self.sail != "white" or rng.random() < .25):
            text += " with " + (self.sail + " sails" if count > 1 else article(self.sail + " sail"))
        return text


def pick_body(rng, sky):
    """Sun or moon with its colour, place and size; None for an empty sky."""
    kind = rng.choices(["sun", "moon", None],
                       {"day": [56, 4, 40], "sunset": [60, 6, 34], "night": [12, 52, 36]}[sky])[0]
    if not kind:
        return None
    if kind == "sun":
        color = rng.choices(COLOR_NAMES, [18, 16, 42, 4, 5, 5, 6, 6])[0]
    else:
        color = rng.choices(COLOR_NAMES, [8, 8, 24, 4, 5, 5, 6, 40])[0]
    return dict(kind=kind, color=color, size=rng.choices(["", "big", "small"], [80, 12, 8])[0],
                place=rng.choices(["left", "right", "middle"], [42, 42, 16])[0],
                crescent=kind == "moon" and rng.random() < .35)


def draw_body(c, body, sky_at, rng):
    share = {"left": rng.uniform(.2, .26), "right": rng.uniform(.74, .8),
             "middle": rng.uniform(.47, .53)}
    x, y = share[body["place"]] * c.width, rng.uniform(25, 30)
    r = {"": 12.5, "big": 18, "small": 8}[body["size"]] * rng.uniform(.95, 1.05)
    color = jitter(rng, COLORS[body["color"]])
    if body["kind"] == "sun":
        sun(c, x, y, r, color, sky_at(y))
    else:
        moon(c, x, y, r, color, sky_at(y), body["crescent"])


def body_words(body, rng):
    words = [rng.choice(WORDS[body["size"]])] if body["size"] else []
    usual = "yellow" if body["kind"] == "sun" else "white"
    if body["color"] != usual or rng.random() < .6:
        words.append(body["color"])
    if body["crescent"]:
        words.append("crescent")
    text = " ".join(words + [body["kind"]])
    text = article(text) if rng.random() < .85 else text
    # Unnamed: right. Were it either side, guidance would draw one on each.
    if body["place"] != "right" or rng.random() < .25:
        text += PLACES[body["place"]]
    return text


def place_objects(c, rng, ground, held_out):
    """Draws the scene's objects; returns a function that words them, and whether it was simple."""
    def base(thing):
        if thing.kind == "balloon":
            return rng.uniform(74, 80)
        return rng.uniform(109, 115)

    def at(share):
        return (share + rng.uniform(-.02, .02)) * c.width

    mode = rng.choices(["one", "pair", "many", "none"], [62, 22, 11, 5])[0]
    if mode == "none":
        return lambda: rng.choice(WORDS[ground]), False
    first = Thing(rng, ground, held_out)
    if mode == "one":
        place = rng.choices(["middle", "left", "right"], [70, 15, 15])[0]
        share = {"middle": .5, "left": .28, "right": .72}[place]
        first.draw(c, at(share), base(first), first.scale(rng, 1.55))
        # Unnamed: the middle.
        named = lambda: place != "middle" or rng.random() < .08
        simple = place == "middle" and not first.size
        return lambda: first.words(rng) + (PLACES[place] if named() else ""), simple
    if mode == "many":
        first.size = ""
        count = rng.choice([2, 3])
        s = first.scale(rng, {2: 1.2, 3: .9}[count])
        foot = base(first)
        for i in range(count):
            first.draw(c, at((i + .5) / count), foot, s)
        return lambda: first.words(rng, count), False
    second = Thing(rng, ground, held_out)
    while second.kind == first.kind and rng.random() < .7:
        second = Thing(rng, ground, held_out)
    first.size = second.size = ""
    first.draw(c, at(.26), base(first), first.scale(rng, 1.2))
    second.draw(c, at(.74), base(second), second.scale(rng, 1.2))

    def words():
        a, b = first.words(rng), second.words(rng)
        return rng.choice(["%s and %s", "%s and %s", "%s, %s", "%s next to %s",
                           "%s on the left and %s on the right", "%s with %s"]) % (a, b)
    return words, False


def landscape(rng, width, held_out):
    c = Canvas(rng, width)
    sky = rng.choices(["day", "sunset", "night"], [40, 27, 33])[0]
    ground = rng.choices(["hills", "mountains", "sea", "desert", "snow"], [32, 16, 20, 16, 16])[0]
    c.night = sky == "night"
    sky_at = draw_sky(c, sky, rng)
    body = pick_body(rng, sky)
    if body:
        draw_body(c, body, sky_at, rng)
    clouds = rng.random() < .16
    if clouds:
        color = {"day": (253, 254, 255), "sunset": (255, 216, 180), "night": (98, 102, 160)}[sky]
        count = rng.choice([2, 3])
        for i in range(count):
            cloud(c, (i + .5) * width / count + rng.uniform(-8, 8), rng.uniform(34, 50),
                  rng.uniform(.85, 1.15), color)
    draw_ground(c, ground, sky, rng)
    main, simple = place_objects(c, rng, ground, held_out)
    simple = simple and not clouds and not (body and body["size"])

    def caption():
        text = main()
        only = text in WORDS[ground]
        # Unnamed: hills under most things, the sea under a boat, the desert under a cactus.
        implied = ground == "hills" and "boat" not in text and "cact" not in text or \
            ground == "sea" and "boat" in text or ground == "desert" and "cact" in text
        if not only and not (implied and rng.random() < .45):
            where = rng.choice(WORDS[ground])
            link = {"hills": [" on ", " in front of ", ", "],
                    "mountains": [" in front of ", ", ", " with "], "sea": [" on ", " on ", ", "],
                    "desert": [" in ", " in ", ", "], "snow": [" in ", ", "]}[ground]
            link = rng.choice(link)
            if "balloon" in text and rng.random() < .6:
                link = " over "
            if "background" in where:
                link = ", "
            text += link + where
        tail = []
        if body:
            words = body_words(body, rng)
            u = rng.random()
            if u < .35:
                text += " under " + words
            elif u < .5:
                text += " with " + words
            else:
                tail.append(words)
        # Unnamed: day; night when there is a moon.
        if rng.random() > (.45 if sky == "day" else .25 if body and body["kind"] == "moon" and
                           sky == "night" else .03):
            tail.append(rng.choice(WORDS[sky]))
        if clouds:
            tail.append(rng.choice(["clouds", "cloudy sky",
                                    "white clouds" if sky == "day" else "clouds"]))
        rng.shuffle(tail)
        return ", ".join(tail + [text] if rng.random() < .1 else [text] + tail)

    return c.finish(), caption, simple


def emblem(rng, width, _held_out):
    """One big shape on a plain background."""
    c = Canvas(rng, width)
    back, front = rng.sample(COLOR_NAMES, 2)
    color = jitter(rng, COLORS[back])
    c.gradient(shade(color, .06), shade(color, -.06), 0, SIZE)
    kind = rng.choice(SHAPES)
    size = rng.choices(["", "big", "small"], [76, 12, 12])[0]
    r = {"": 35, "big": 48, "small": 19}[size] * rng.uniform(.95, 1.05)
    shape(c, kind, width / 2 + rng.uniform(-2, 2), 64 + rng.uniform(-2, 2), r,
          jitter(rng, COLORS[front]))

    def caption():
        words = [rng.choice(WORDS[size])] if size else []
        text = article(" ".join(words + [front, kind]))
        return text + rng.choice([" on a %s background", " on a %s background", " on %s",
                                  ", %s background", " in front of a %s background"]) % back
    return c.finish(), caption, False


def decorate(rng, caption):
    if rng.random() < .12:
        caption = rng.choice(PREFIX) + caption
    u = rng.random()
    if u < .09:
        caption += ", " + ", ".join(" ".join(rng.choice(FILLER) for _ in range(rng.randint(1, 2)))
                                    for _ in range(rng.randint(1, 3)))
    elif u < .11:
        caption = rng.choice(FILLER) + ", " + caption
    return caption


def make(seed, captions=4, width=SIZE, held_out=True):
    """Picture and captions of a seed, and whether it is one usual thing in the middle.

    held_out leaves the pairs of HELD_OUT undrawn.
    """
    rng = random.Random(seed)
    image, caption, simple = (emblem if rng.random() < .1 else landscape)(rng, width, held_out)
    return image, [decorate(rng, caption()) for _ in range(captions)], simple
