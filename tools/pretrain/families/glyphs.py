"""Signs written with a pen or a brush: the identity is a sign of a few strokes and the way it is written.

A picture writes it once large, or many times as a line of text or scattered, on paper, walls and screens.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from .colour import draw_palette, look_up
from .noise import cloud, paint_background

ROOM = 3
"""How many times finer than the picture the strokes are drawn."""


class Sign(NamedTuple):
    strokes: list
    width: float
    colours: np.ndarray
    manner: str
    filled: bool
    outlined: bool
    shake: float


def draw_stroke(rng):
    """Points of a stroke in -1..1: straight, a bow, a zigzag, a ring, or a spiral."""
    kind = rng.choice(["line", "bow", "zigzag", "ring", "spiral", "wave"])
    a, b = rng.uniform(-0.9, 0.9, (2, 2))
    t = np.linspace(0, 1, 24)[:, None]
    if kind == "line":
        return np.stack([a, b])
    if kind == "bow":
        c = rng.uniform(-1.4, 1.4, 2)
        return a * (1 - t) ** 2 + 2 * c * t * (1 - t) + b * t**2
    if kind == "zigzag":
        return rng.uniform(-0.9, 0.9, (int(rng.integers(3, 6)), 2))
    angle = t[:, 0] * 2 * np.pi * rng.uniform(0.5, 1) + rng.uniform(0, 6.3)
    if kind == "ring":
        radius = rng.uniform(0.2, 0.8)
        return a * 0.4 + radius * np.stack([np.cos(angle), rng.uniform(0.5, 1) * np.sin(angle)], 1)
    if kind == "spiral":
        angle = angle * 2.2
        return a * 0.4 + rng.uniform(0.4, 0.9) * t * np.stack([np.cos(angle), np.sin(angle)], 1)
    beside = np.array([a[1] - b[1], b[0] - a[0]])
    return a + (b - a) * t + 0.2 * beside * np.sin(t * rng.uniform(6, 20))


def draw(rng):
    return Sign(
        strokes=[draw_stroke(rng) for _ in range(rng.integers(2, 6))],
        width=rng.uniform(0.04, 0.22),
        colours=look_up(draw_palette(rng), rng.random(4)),
        manner=str(rng.choice(["large", "scattered", "lines"], p=[0.5, 0.25, 0.25])),
        filled=rng.random() < 0.25,
        outlined=rng.random() < 0.3,
        shake=rng.uniform(0, 0.06),
    )


def ink_of(colour):
    return tuple(int(v) for v in np.clip(colour * 255, 0, 255))


def write(pen, sign, rng, place, matrix, scale):
    """Writes the sign once, about `place`, `scale` pixels large; an outline comes before what it surrounds."""
    width = max(1, int(sign.width * scale * rng.uniform(0.7, 1.4)))
    passes = ([(1.8, 3)] if sign.outlined else []) + [(1, None)]
    written = [
        [tuple(p) for p in (stroke + rng.normal(0, sign.shake, stroke.shape)) @ matrix.T * scale + place]
        for stroke in sign.strokes
    ]
    for thicker, colour in passes:
        for number, points in enumerate(written):
            ink = ink_of(sign.colours[number % 3 if colour is None else colour])
            if sign.filled and number == 0 and len(points) > 2:
                pen.polygon(points, fill=ink)
            pen.line(points, fill=ink, width=int(width * thicker), joint="curve")
            half = width * thicker / 2
            for x, y in (points[0], points[-1]):
                pen.ellipse((x - half, y - half, x + half, y + half), fill=ink)


def turned(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def paint(sign, rng, side):
    full = side * ROOM
    ground = np.clip(paint_background(rng, side), 0, 1)
    image = Image.fromarray((ground * 255).astype(np.uint8)).resize((full, full), Image.BILINEAR)
    pen = ImageDraw.Draw(image)
    angle, shear = rng.normal(0, 0.25), rng.normal(0, 0.2)
    turn = turned(angle) @ np.array([[1, shear], [0, 1]])
    if sign.manner == "large":
        write(pen, sign, rng, full * rng.uniform(0.4, 0.6, 2), turn, full * rng.uniform(0.3, 0.5))
    elif sign.manner == "scattered":
        for _ in range(rng.integers(4, 12)):
            spin = turned(rng.uniform(0, 6.3))
            write(pen, sign, rng, full * rng.random(2), spin, full * rng.uniform(0.1, 0.2))
    else:
        scale = full * rng.uniform(0.07, 0.15)
        step = scale * 2.3
        for row, column in product(np.arange(-full, 2 * full, step * 1.2), np.arange(-full, 2 * full, step)):
            place = turn @ (np.array([column, row]) - full / 2) + full / 2
            if (place > -scale).all() and (place < full + scale).all():
                write(pen, sign, rng, place, turn, scale)
    painted = np.asarray(image.resize((side, side), Image.BOX)).astype(np.float32) / 255
    grain = rng.uniform(0, 0.12) * cloud(rng, side, rng.uniform(0.5, 1.5))
    return painted * (1 + grain[..., None])
