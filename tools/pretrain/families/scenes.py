"""Things of one kind among others, before a picture of something else: puffy, lit, textured, partly hidden.

The identity is the kind of thing: outline, parts, textures, how it bulges. A picture puts one to five of it into a scene
of things of other kinds, which are drawn anew each time and mean nothing.
"""

from typing import Callable, NamedTuple

import numpy as np

from . import cells, dead_leaves, shaders, spectra
from .colour import draw_palette, look_up
from .dead_leaves import draw_outline
from .noise import halve, paint_background
from .programs import draw_field, draw_wave
from .relief import draw_lamp, light_slopes

GROUNDS = (cells, dead_leaves, shaders, spectra)


class Kind(NamedTuple):
    radius: np.ndarray
    aspect: float
    bulge: float
    rim: float
    core: float
    core_aspect: float
    palette: np.ndarray
    hues: np.ndarray
    textures: list[Callable]
    turns: float
    bumps: float
    gloss: float
    sharpness: float


def draw(rng):
    radius, aspect = draw_outline(rng)
    return Kind(
        radius=radius,
        aspect=aspect * np.exp(rng.uniform(0, 0.7)),
        bulge=rng.uniform(0.2, 1),
        rim=rng.choice([0, 0.15, 0.3]),
        core=rng.choice([0, rng.uniform(0.25, 0.6)]),
        core_aspect=np.exp(rng.uniform(-0.7, 0.7)),
        palette=draw_palette(rng),
        hues=rng.random(3),
        textures=[draw_field(rng, int(rng.integers(0, 3))), draw_wave(rng)],
        turns=rng.uniform(0.03, 0.3),
        bumps=rng.uniform(0, 0.12),
        gloss=rng.choice([0, 0.5]) * rng.random(),
        sharpness=rng.uniform(4, 40),
    )


def cast_shadow(image, outline, top, left):
    """Darkens where the outline, [height, width] of bool, falls beside its thing; in place."""
    height, width = outline.shape
    part = image[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
    if part.size:
        part[outline[-part.shape[0] :, -part.shape[1] :]] *= np.float32(0.6)


def surface_of(kind, a, b, ratio):
    """Place on the palette and height at coordinates of the thing; `ratio` is 1 at its outline."""
    field = kind.hues[0] + kind.turns * kind.textures[0](a * 1.2, b * 1.2, 0)
    height = np.sqrt(np.clip(1 - ratio**2.5, 0, 1)) * kind.bulge
    if kind.rim:
        field = np.where(ratio > 1 - kind.rim, kind.hues[1] + 0.1 * kind.turns * ratio, field)
    if kind.core:
        core_ratio = np.sqrt(a * a * kind.core_aspect + b * b / kind.core_aspect) / kind.core
        field = np.where(core_ratio < 1, kind.hues[2] + kind.turns * kind.textures[1](a * 2, b * 2, 0), field)
        height = height + 0.35 * kind.bulge * np.sqrt(np.clip(1 - core_ratio**2, 0, 1))
    return field, height + kind.bumps * kind.textures[1](a * 1.5, b * 1.5, 0)


def put(image, kind, place, size, angle, lamp, around):
    """Draws one thing, with its shadow, into the picture, [side, side, 3]; in place."""
    side = image.shape[0]
    line = (np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1
    left, right = np.searchsorted(line, (place[0] - size, place[0] + size))
    top, bottom = np.searchsorted(line, (place[1] - size, place[1] + size))
    if right - left < 4 or bottom - top < 4:
        return
    x, y = (line[left:right] - place[0])[None, :] / size, (line[top:bottom] - place[1])[:, None] / size
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    a, b = cos * x + sin * y, (cos * y - sin * x) * np.float32(kind.aspect)
    direction = (np.arctan2(b, a) * (64 / np.pi)).astype(np.int32) & 127
    ratio = np.sqrt(a * a + b * b) / kind.radius[direction]
    inside = ratio < 1
    field, height = surface_of(kind, a, b, ratio)
    light, gloss = light_slopes(height.astype(np.float32) * np.float32(size * side / 2), lamp, around)
    shine = (kind.gloss * gloss**kind.sharpness).astype(np.float32)
    colour = look_up(kind.palette, field) * light[..., None] + shine[..., None]
    shift = (lamp[:2] * size * side * 0.08).astype(int)
    cast_shadow(image, inside, top - shift[1], left - shift[0])
    box = np.s_[top:bottom, left:right]
    image[box] = np.where(inside[..., None], colour, image[box])


def blur(image, softness):
    """Out of focus: frequencies fall as a bell of this width, in periods a picture."""
    side = image.shape[0]
    across = np.arange(side // 2 + 1)[None, :, None]
    down = (np.fft.fftfreq(side) * side)[:, None, None]
    spectrum = np.fft.rfft2(image, axes=(0, 1)) * np.exp(-(across**2 + down**2) / softness**2)
    return np.fft.irfft2(spectrum, axes=(0, 1))


def paint_ground(rng, side):
    """What lies behind: nothing in particular, or a picture of another family, sharp or not."""
    if rng.random() < 0.35:
        return paint_background(rng, side * 2)
    ground = GROUNDS[rng.integers(len(GROUNDS))]
    image = np.repeat(np.repeat(ground.paint(ground.draw(rng), rng, side), 2, axis=0), 2, axis=1)
    return blur(image, rng.uniform(8, 24)) if rng.random() < 0.5 else image


def paint(kind, rng, side):
    image = np.clip(paint_ground(rng, side), 0, 1).astype(np.float32)
    lamp = draw_lamp(rng, 0.4)
    around = np.float32(rng.uniform(0.25, 0.55))
    count = int(rng.choice([1, 2, 3, 5], p=[0.4, 0.25, 0.2, 0.15]))
    own = [(kind, rng.uniform(0.55, 0.95) if count == 1 else rng.uniform(0.3, 0.6)) for _ in range(count)]
    others = [(draw(rng), rng.uniform(0.2, 0.6)) for _ in range(int(rng.integers(0, 4)))]
    things = own + others
    # Mostly the own ones are in front.
    order = rng.permutation(len(things)) if rng.random() < 0.4 else np.arange(len(things))[::-1]
    for at in order:
        thing, size = things[at]
        spread = 0.25 if at == 0 and count == 1 else 0.8
        put(image, thing, rng.uniform(-spread, spread, 2), size, rng.uniform(0, 2 * np.pi), lamp, around)
    return halve(image)
