"""Random programs over the plane: functions (x, y, t) -> field, composed of warps, waves, noise and symmetries.

The idea is that of Shaders-21k (Baradad et al. 2022): small programs of one kind of language, each with a look of its
own. `t` is a phase: small changes of it change a picture and leave its look. Fields are about -1..1.
"""

import numpy as np

from .noise import cloud, sample_tile


def draw_warp(rng):
    """A change of coordinates, (x, y, t) -> (x, y)."""
    kind = rng.choice(["sines", "swirl", "fold", "mirror-tiles", "polar", "inverse", "noise"])
    a, b, c = rng.uniform(0.1, 0.45), rng.uniform(1.5, 6), rng.uniform(0, 2 * np.pi)
    if kind == "sines":
        return lambda x, y, t: (x + a * np.sin(b * y + c + t), y + a * np.sin(b * x - c))
    if kind == "swirl":
        twist = rng.uniform(1, 4) * rng.choice([-1, 1])

        def swirl(x, y, t):
            angle = twist * np.exp(-(x * x + y * y) * a * 4) + t
            cos, sin = np.cos(angle), np.sin(angle)
            return cos * x - sin * y, sin * x + cos * y

        return swirl
    if kind == "fold":
        sector = 2 * np.pi / rng.integers(3, 9)

        def fold(x, y, t):
            radius, angle = np.sqrt(x * x + y * y), np.arctan2(y, x) + 0.3 * t
            angle = np.abs(angle % sector - sector / 2)
            return radius * np.cos(angle), radius * np.sin(angle)

        return fold
    if kind == "mirror-tiles":
        return lambda x, y, t: (np.abs((x * b / 3 + c) % 2 - 1) * 1.5, np.abs((y * b / 3 + c + 0.2 * t) % 2 - 1) * 1.5)
    if kind == "polar":
        arms = rng.integers(1, 6)
        return lambda x, y, t: (np.log(x * x + y * y + 0.02) + 0.3 * t, np.arctan2(y, x) * (arms / np.pi))
    if kind == "inverse":

        def invert(x, y, t):
            x, y = x - a, y + 0.1 * t
            scale = 0.8 / (x * x + y * y + 0.12)
            return x * scale, y * scale

        return invert
    tiles = cloud(rng, 32, 1.8), cloud(rng, 32, 1.8)

    def drift(x, y, t):
        dx, dy = (sample_tile(tile, x / 4, y / 4 + 0.03 * t) for tile in tiles)
        return x + 0.6 * a * dx, y + 0.6 * a * dy

    return drift


def draw_wave(rng):
    """A field without parts."""
    kind = rng.choice(["waves", "lattice", "rings", "noise", "dots", "ridges"])
    k = np.exp(rng.uniform(np.log(2), np.log(16)))
    angle, c = rng.uniform(0, 2 * np.pi), rng.uniform(0, 2 * np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    if kind == "waves":
        k2, angle2 = k * rng.uniform(0.3, 1.5), angle + rng.uniform(0.3, 2)
        cos2, sin2 = np.cos(angle2), np.sin(angle2)

        def cross(x, y, t):
            return 0.6 * np.sin(k * (cos * x + sin * y) + c + t) + 0.4 * np.sin(k2 * (cos2 * x + sin2 * y) - c)

        return cross
    if kind == "lattice":
        return lambda x, y, t: np.sin(k * (cos * x + sin * y) + t) * np.sin(k * (cos * y - sin * x) + c)
    if kind == "rings":
        return lambda x, y, t: np.sin(k * np.sqrt((x - 0.3 * cos) ** 2 + (y - 0.3 * sin) ** 2) * 1.3 - t)
    if kind == "dots":
        radius = rng.uniform(0.3, 0.7)

        def dots(x, y, t):
            u, v = k * (cos * x + sin * y) / 3, k * (cos * y - sin * x) / 3 + 0.3 * t
            u = u + 0.5 * (np.floor(v) % 2)
            u, v = u % 1 - 0.5, v % 1 - 0.5
            return np.clip((radius - 2 * np.sqrt(u * u + v * v)) * 4, -1, 1)

        return dots
    tile = cloud(rng, 64, rng.uniform(0.9, 1.7))
    scale = k / 40
    if kind == "noise":
        return lambda x, y, t: 0.6 * sample_tile(tile, x * scale, y * scale + 0.02 * t)
    return lambda x, y, t: 1 - 1.5 * np.abs(sample_tile(tile, x * scale, y * scale + 0.02 * t))


def draw_field(rng, depth):
    """A field of at most `depth` levels of composition."""
    if depth == 0 or rng.random() < 0.15:
        return draw_wave(rng)
    kind = rng.choice(["warp", "combine", "shape"], p=[0.5, 0.3, 0.2])
    first = draw_field(rng, depth - 1)
    a = rng.uniform(1.5, 5)
    if kind == "warp":
        warp = draw_warp(rng)
        return lambda x, y, t: first(*warp(x, y, t), t)
    if kind == "combine":
        second = draw_field(rng, depth - 1)
        joins = [
            lambda f, g: f * g,
            lambda f, g: np.maximum(f, g),
            lambda f, g: np.abs(f - g) - 0.5,
            lambda f, g: np.sin(a * (f + 0.5 * g)),
            lambda f, g: np.where(f > 0, g, -0.6 * g + 0.3),
        ]
        join = joins[rng.integers(len(joins))]
        return lambda x, y, t: join(first(x, y, t), second(x, y, t))
    shapes = [
        lambda f: np.sin(a * f),
        lambda f: np.clip(f * a * 2, -1, 1),
        lambda f: 2 * np.abs((f * a / 2) % 2 - 1) - 1,
        lambda f: np.floor(f * a) / a,
    ]
    shape = shapes[rng.integers(len(shapes))]
    return lambda x, y, t: shape(first(x, y, t))
