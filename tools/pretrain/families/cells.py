"""Cells about scattered points (Worley 1996): scales, pebbles, leather, cracked ground, lit as the relief that they are.

The identity is the law of the points, the metric, what is made of the distances, the colours; a picture scatters anew.
"""

from typing import Callable, NamedTuple

import numpy as np

from .colour import draw_palette, look_up
from .noise import cloud, halve, plane
from .programs import draw_wave
from .relief import draw_lamp, light_slopes

FARTHEST = 60
"""Cells from the middle beyond which a slanted picture repeats the last one."""


class Cells(NamedTuple):
    density: float
    regularity: float
    stretch: float
    metric: str
    profile: str
    roughness: float
    relief: float
    gloss: float
    sharpness: float
    palette: np.ndarray
    spread: float
    turns: float
    texture: Callable
    textured: float
    warp: float


def draw(rng):
    return Cells(
        density=np.exp(rng.uniform(np.log(2.5), np.log(11))),
        regularity=rng.random(),
        stretch=np.exp(abs(rng.normal(0, 0.5))),
        metric=str(rng.choice(["round", "square", "diamond"], p=[0.6, 0.2, 0.2])),
        profile=str(rng.choice(["dome", "edge", "flat", "ring", "cone"])),
        roughness=rng.uniform(0, 0.05),
        relief=rng.uniform(0.3, 1.6),
        gloss=rng.choice([0, 0.3, 0.7]) * rng.random(),
        sharpness=rng.uniform(4, 40),
        palette=draw_palette(rng),
        spread=rng.uniform(0, 0.5),
        turns=rng.uniform(0, 0.4),
        texture=draw_wave(rng),
        textured=rng.choice([0, 0.1]),
        warp=rng.uniform(0, 0.15),
    )


def nearest_two(cells, rng, x, y):
    """Distances to the nearest and the second point in units of the grid, and a number of the nearest's own."""
    size = int(np.ceil(np.abs([x, y]).max())) * 2 + 6
    jitter = 1 - 0.9 * cells.regularity
    px, py = (0.5 + jitter * (rng.random((size, size), dtype=np.float32) - 0.5) for _ in range(2))
    own = rng.random((size, size), dtype=np.float32)
    column, row = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    fx, fy = x - column, y - row
    first = np.full(x.shape, 9, dtype=np.float32)
    second = first.copy()
    of_first = np.zeros(x.shape, dtype=np.float32)
    middle = size // 2
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            place = (row + (middle + down)) * size + column + (middle + across)
            dx, dy = px.ravel()[place] + (across - fx), py.ravel()[place] + (down - fy)
            if cells.metric == "round":
                distance = np.sqrt(dx * dx + dy * dy)
            elif cells.metric == "square":
                distance = np.maximum(np.abs(dx), np.abs(dy))
            else:
                distance = (np.abs(dx) + np.abs(dy)) * np.float32(0.8)
            nearer = distance < first
            second = np.minimum(second, np.where(nearer, first, distance))
            of_first = np.where(nearer, own.ravel()[place], of_first)
            first = np.where(nearer, distance, first)
    return first, second, of_first


def height_of(cells, first, second):
    gap = second - first
    if cells.profile == "dome":
        return np.sqrt(np.clip(1 - first * first, 0, 1))
    if cells.profile == "edge":
        return np.minimum(gap * 4, 1)
    if cells.profile == "flat":
        return np.minimum(gap * 12, 1) + 0.1 * first
    if cells.profile == "ring":
        return 0.5 + 0.5 * np.sin(first * 14)
    return 1 - first


def paint(cells, rng, side):
    x, y = plane(side * 2)
    angle, zoom = rng.uniform(0, 2 * np.pi), np.exp(rng.uniform(-0.35, 0.35))
    if cells.warp > 0.03:
        x, y = x + cells.warp * cloud(rng, side * 2, 2.2), y + cells.warp * cloud(rng, side * 2, 2.2)
    if rng.random() < 0.4:
        # Seen at a slant: what is higher in the picture is farther away.
        depth = 1 + rng.uniform(0.2, 0.6) * y
        x, y = x / depth, y / depth
    scale = cells.density * zoom / 2
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    u = ((cos * x - sin * y) * np.float32(cells.stretch)).astype(np.float32)
    v = (sin * x + cos * y).astype(np.float32)
    first, second, own = nearest_two(cells, rng, np.clip(u, -FARTHEST, FARTHEST), np.clip(v, -FARTHEST, FARTHEST))
    height = height_of(cells, first, second)
    field = cells.turns * height + cells.spread * own + rng.normal(0, 0.03)
    if cells.textured:
        field = field + cells.textured * cells.texture(u, v, 0)
    colours = look_up(cells.palette, field)
    bumps = height / scale * 0.7 + cells.roughness * 0.2 * cloud(rng, side * 2, 1.2)
    height_px = bumps.astype(np.float32) * np.float32(cells.relief * side)
    light, gloss = light_slopes(height_px, draw_lamp(rng, 0.5), np.float32(rng.uniform(0.25, 0.5)))
    shine = np.float32(cells.gloss) * gloss**cells.sharpness
    return halve(colours * light[..., None] + shine[..., None])
