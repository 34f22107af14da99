"""Lit, textured bodies: a few ellipsoids, boxes, cylinders and rings joined into one thing, turned in space.

Rays are parallel, so each body is met by a closed formula (the ring by stepping along its distance). The identity is
the thing: its bodies, where they are joined, their textures and gloss. A picture turns and lights it, puts one to three
of it before a background, and lets them hide each other.
"""

from typing import Callable, NamedTuple

import numpy as np

from .colour import draw_palette, look_up
from .noise import halve, paint_background, plane
from .programs import draw_field

RING = 0.35
"""Thickness of a ring whose middle line has radius 0.65."""


class Body(NamedTuple):
    kind: str
    place: np.ndarray
    turn: np.ndarray
    size: np.ndarray
    texture: Callable
    hue: float
    turns: float


class Thing(NamedTuple):
    bodies: list[Body]
    palette: np.ndarray
    gloss: float
    sharpness: float


def draw_turn(rng):
    """A rotation of space, all alike likely."""
    matrix, upper = np.linalg.qr(rng.normal(0, 1, (3, 3)))
    matrix = matrix * np.sign(np.diag(upper))
    return matrix if np.linalg.det(matrix) > 0 else -matrix


def tilt(angles):
    """Rotation about x, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles), np.sin(angles)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def draw(rng):
    bodies = []
    for number in range(rng.integers(1, 5)):
        kind = str(rng.choice(["ellipsoid", "box", "cylinder", "ring"]))
        base = rng.uniform(0.35, 0.6) * (1 if number == 0 else 0.75)
        size = np.full(3, base * 1.25) if kind == "ring" else base * np.exp(rng.uniform(-0.4, 0.5, 3))
        place = np.zeros(3) if number == 0 else rng.normal(0, 1, 3)
        if number > 0:
            place = bodies[0].place + place / np.linalg.norm(place) * rng.uniform(0.4, 0.7)
        texture = draw_field(rng, int(rng.integers(0, 3)))
        bodies.append(Body(kind, place, draw_turn(rng), size, texture, rng.random(), rng.uniform(0.05, 0.4)))
    return Thing(bodies, draw_palette(rng), rng.uniform(0, 0.7) * rng.integers(2), rng.uniform(5, 50))


def meet_round(x, y, z, d):
    """The last point within the unit ball on the rays (x, y, z) + t d; NaN where there is none."""
    a = d @ d
    b = x * d[0] + y * d[1] + z * d[2]
    t = (np.sqrt(b * b - a * (x * x + y * y + z * z - 1)) - b) / a
    x, y, z = x + t * d[0], y + t * d[1], z + t * d[2]
    return t, (x, y, z), (x, y, z)


def meet_slabs(origins, d, axes):
    """Where the rays enter and leave |x_i| < 1 for all axes i, and by which axis they leave."""
    leave = np.stack([(np.sign(d[i]) - origins[i]) / d[i] for i in axes])
    enter = np.stack([(-np.sign(d[i]) - origins[i]) / d[i] for i in axes])
    return enter.max(axis=0), leave.min(axis=0), leave.argmin(axis=0)


def meet_box(x, y, z, d):
    enter, t, axis = meet_slabs((x, y, z), d, (0, 1, 2))
    t[enter >= t] = np.nan
    normal = [(axis == i) * np.sign(d[i]) for i in range(3)]
    return t, (x + t * d[0], y + t * d[1], z + t * d[2]), normal


def meet_cylinder(x, y, z, d):
    a = d[0] ** 2 + d[1] ** 2
    b = x * d[0] + y * d[1]
    root = np.sqrt(b * b - a * (x * x + y * y - 1))
    enter, leave, _ = meet_slabs((x, y, z), d, (2,))
    side = (root - b) / a
    t = np.minimum(side, leave)
    t[np.maximum((-root - b) / a, enter) >= t] = np.nan
    x, y, z = x + t * d[0], y + t * d[1], z + t * d[2]
    cap = leave < side
    return t, (x, y, z), (np.where(cap, 0, x), np.where(cap, 0, y), np.where(cap, np.sign(d[2]), 0))


def meet_ring(x, y, z, d):
    """Steps from the front along the distance to the ring."""
    length = np.sqrt(d @ d)
    d = d / length
    middle = -(x * d[0] + y * d[1] + z * d[2])
    t = middle + 1.05
    for _ in range(18):
        px, py, pz = x + t * d[0], y + t * d[1], z + t * d[2]
        radius = np.sqrt(px * px + py * py)
        distance = np.sqrt((radius - (1 - RING)) ** 2 + pz * pz) - RING
        t = t - distance
    t = np.where((np.abs(distance) < 0.03) & (t > middle - 1.05), t, np.nan)
    factor = (radius - (1 - RING)) / np.maximum(radius, 1e-4)
    return t / length, (px, py, pz), (px * factor, py * factor, pz)


MEET = {"ellipsoid": meet_round, "box": meet_box, "cylinder": meet_cylinder, "ring": meet_ring}


class Layers:
    """What is nearest at each pixel: depth, normal, colour, [side, side] and more."""

    def __init__(self, side):
        self.x, self.y = plane(side)
        self.depth = np.full((side, side), -np.inf, dtype=np.float32)
        self.colour = np.zeros((side, side, 3), dtype=np.float32)
        self.normal = np.zeros((side, side, 3), dtype=np.float32)


def add_body(layers, body, palette, turn, place, scale):
    """Draws one body into the layers, in the square of pixels that it can reach."""
    side = len(layers.depth)
    centre = turn @ body.place * scale + place
    reach = scale * np.linalg.norm(body.size) * (1 if body.kind == "box" else 0.85)
    low = np.clip(((centre[:2] - reach + 1) * side / 2).astype(int), 0, side)
    high = np.clip(((centre[:2] + reach + 1) * side / 2).astype(int) + 1, 0, side)
    if (low >= high).any():
        return
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    world = (turn @ body.turn).astype(np.float32)
    size = (body.size * scale).astype(np.float32)
    to_local = world.T / size[:, None]
    px, py = layers.x[window] - np.float32(centre[0]), layers.y[window] - np.float32(centre[1])
    x, y, z = (to_local[i, 0] * px + to_local[i, 1] * py for i in range(3))
    with np.errstate(invalid="ignore"):
        t, local, normal = MEET[body.kind](x, y, z, to_local[:, 2])
        depth = t + np.float32(centre[2])
        nearer = depth > layers.depth[window]
    if not nearer.any():
        return
    a, b, c = (value[nearer] for value in local)
    field = body.texture(a + 0.5 * c, b + 0.4 * c, 0)
    normals = np.stack([value[nearer] for value in normal], axis=-1) / size @ world.T
    layers.depth[window][nearer] = depth[nearer]
    layers.colour[window][nearer] = look_up(palette, body.hue + body.turns * field)
    layers.normal[window][nearer] = normals / (np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-6)


def shade(layers, covered, thing, rng):
    """Colours under one lamp and the light of the surroundings (Blinn 1977 for the gloss), [n, 3]."""
    lamp = np.append(rng.uniform(-1, 1, 2), rng.uniform(0.4, 1.2)).astype(np.float32)
    lamp /= np.linalg.norm(lamp)
    half = lamp + np.array([0, 0, 1], dtype=np.float32)
    half /= np.linalg.norm(half)
    normal = layers.normal[covered]
    around = np.float32(rng.uniform(0.2, 0.5))
    light = around + (1.15 - around) * np.maximum(normal @ lamp, 0)
    gloss = thing.gloss * np.maximum(normal @ half, 0) ** thing.sharpness
    return layers.colour[covered] * light[:, None] + gloss[:, None].astype(np.float32)


def paint(thing, rng, side):
    background = paint_background(rng, side)
    layers = Layers(side * 2)
    count = int(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15]))
    for _ in range(count):
        turn = tilt(rng.normal(0, (0.5, 0.5, 0.5)))
        scale = rng.uniform(0.8, 1.2) * (1 if count == 1 else 0.6)
        place = np.append(rng.uniform(-1, 1, 2) * (0.25 if count == 1 else 0.6), rng.normal(0, 0.3))
        for body in thing.bodies:
            add_body(layers, body, thing.palette, turn, place, scale)
    covered = layers.depth > -np.inf
    lit = np.zeros_like(layers.colour)
    lit[covered] = shade(layers, covered, thing, rng)
    hidden = halve(covered.astype(np.float32))[..., None]
    return background * (1 - hidden) + halve(lit)
