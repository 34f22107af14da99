"""Dead leaves: shapes that hide one another, their sizes by a power law, each with a texture.

Baradad et al. 2021 ('Learning to see by looking at noise'), after Matheron. What belongs to the identity: the outlines,
the law of sizes, the textures, the palette. What a picture draws anew: where every leaf lies, its turn, its shade.
"""

from typing import Callable, NamedTuple

import numpy as np

from .colour import draw_palette, look_up
from .noise import halve
from .programs import draw_field


class Leaves(NamedTuple):
    outlines: list
    exponent: float
    smallest: float
    largest: float
    textures: list[Callable]
    palette: np.ndarray
    turns: float
    hue_spread: float
    aligned: bool


def draw_outline(rng):
    """The radius of a shape by direction, as 128 samples of largest 1, and how much wider than high it is."""
    angle = np.arange(128) * (2 * np.pi / 128)
    corners = int(rng.integers(3, 8))
    kind = rng.choice(["disc", "polygon", "star", "blob"])
    if kind == "disc":
        radius = np.ones(128)
    elif kind == "polygon":
        sector = 2 * np.pi / corners
        radius = np.cos(sector / 2) / np.cos(angle % sector - sector / 2)
    elif kind == "star":
        radius = 1 + rng.uniform(0.2, 0.5) * np.cos(corners * angle)
    else:
        waves = np.arange(2, 7)
        sizes = rng.normal(0, 0.5, 5) / waves
        radius = 1 + (sizes[:, None] * np.cos(waves[:, None] * angle + rng.uniform(0, 6.3, (5, 1)))).sum(axis=0)
        radius = np.maximum(radius, 0.25)
    return (radius / radius.max()).astype(np.float32), np.exp(rng.uniform(-0.1, 0.9))


def draw(rng):
    smallest = np.exp(rng.uniform(np.log(0.09), np.log(0.2)))
    return Leaves(
        outlines=[draw_outline(rng) for _ in range(rng.integers(1, 3))],
        exponent=rng.uniform(1.5, 3.5),
        smallest=smallest,
        largest=smallest * rng.uniform(2.5, 6),
        textures=[draw_field(rng, int(rng.integers(0, 3))) for _ in range(rng.integers(1, 3))],
        palette=draw_palette(rng),
        turns=rng.uniform(0.05, 0.35),
        hue_spread=rng.uniform(0.1, 1),
        aligned=rng.random() < 0.3,
    )


def draw_sizes(leaves, rng, count):
    """Radii with a density of r^-exponent between the smallest and the largest."""
    power = 1 - leaves.exponent
    low, high = leaves.smallest**power, leaves.largest**power
    return (low + rng.random(count) * (high - low)) ** (1 / power)


def lay_leaves(leaves, rng, side):
    """Which leaf each pixel shows, and the pixel's place on it: [side, side] each."""
    zoom = np.exp(rng.uniform(-0.25, 0.45))
    sizes = draw_sizes(leaves, rng, 200) * zoom
    # As many as cover the picture about three times; large ones cut the list short.
    covered = np.cumsum(np.pi * sizes**2 * 0.6)
    count = int(np.searchsorted(covered, 3 * 4)) + 1
    sizes = sizes[:count]
    count = len(sizes)
    places = rng.uniform(-1.1, 1.1, (count, 2))
    angles = rng.normal(0, 0.2, count) + rng.uniform(0, 6.3) if leaves.aligned else rng.uniform(0, 2 * np.pi, count)
    which = np.zeros((side, side), dtype=np.int32)
    u, v = (np.zeros((side, side), dtype=np.float32) for _ in range(2))
    line = (np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1
    for leaf, (size, (x, y), angle) in enumerate(zip(sizes, places, angles)):
        radius, aspect = leaves.outlines[leaf % len(leaves.outlines)]
        left, right = np.searchsorted(line, (x - size, x + size))
        top, bottom = np.searchsorted(line, (y - size, y + size))
        if left == right or top == bottom:
            continue
        across, down = (line[left:right] - x)[None, :] / size, (line[top:bottom] - y)[:, None] / size
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        a, b = cos * across + sin * down, cos * down - sin * across
        wide = b * np.float32(aspect)
        direction = (np.arctan2(wide, a) * (64 / np.pi)).astype(np.int32) & 127
        inside = a * a + wide * wide < np.square(radius)[direction]
        box = np.s_[top:bottom, left:right]
        np.copyto(which[box], leaf, where=inside)
        np.copyto(u[box], a, where=inside)
        np.copyto(v[box], b, where=inside)
    return which, u, v, count


def paint(leaves, rng, side):
    which, u, v, count = lay_leaves(leaves, rng, side * 2)
    hues = (rng.random(count) * leaves.hue_spread).astype(np.float32)
    shades = rng.uniform(0.55, 1.1, count).astype(np.float32)
    field = np.zeros(which.shape, dtype=np.float32)
    for number, texture in enumerate(leaves.textures):
        here = which % len(leaves.textures) == number
        field[here] = texture(u[here], v[here], hues[which[here]] * 3)
    # Darker to one edge of each leaf, so that edges show where colours agree.
    shade = shades[which] * (1 - 0.25 * np.clip(u + v, -1, 1))
    return halve(look_up(leaves.palette, leaves.turns * field + hues[which]) * shade[..., None])
