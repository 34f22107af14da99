"""Coloured attractors of iterated function systems, several in a picture, on varied backgrounds.

FractalDB (Kataoka et al. 2020) with the systems of Anderson & Farrell 2022 ('Improving fractal pre-training'): the maps
are drawn by their singular values, s1 + 2 s2 summed over the n maps lying between (5 + n) / 2 and (6 + n) / 2, which
gives attractors that are neither dust nor blots. Colours come as in flame fractals: each map pulls a point's colour
half-way to its own.
"""

from typing import NamedTuple

import numpy as np

from .colour import draw_palette, look_up
from .noise import paint_background

CHAINS = 2500
STEPS = 26
SETTLING = 12


class Fractal(NamedTuple):
    points: np.ndarray
    """Of the attractor, centred, most of it within radius 1, [n, 2]."""
    hues: np.ndarray
    palette: np.ndarray
    gamma: float


def turn(angle):
    return np.stack([np.stack([np.cos(angle), -np.sin(angle)], -1), np.stack([np.sin(angle), np.cos(angle)], -1)], -2)


def draw_singular_values(rng, count):
    """Pairs s1 >= s2 below 0.95 with the weighted sum in the band, [count, 2]; in a third of the systems s1 = s2."""
    wanted = rng.uniform(0.5 * (5 + count), 0.5 * (6 + count))
    alike = rng.random() < 0.35
    for _ in range(200):
        pairs = np.sort(rng.random((count, 2)), axis=1)[:, ::-1]
        if alike:
            pairs = np.repeat(pairs[:, :1], 2, axis=1)
        scaled = pairs * (wanted / (pairs @ [1, 2]).sum())
        if scaled.max() < 0.95:
            return scaled
    return np.full((count, 2), wanted / (3 * count))


def draw_system(rng):
    """Maps x -> A x + b with their probabilities; a third of the systems repeat their maps in a ring, turned."""
    count = int(rng.integers(2, 9))
    folds = int(rng.integers(2, 7)) if count < 5 and rng.random() < 0.6 else 1
    singular = draw_singular_values(rng, count) * folds**-0.25
    left, right = turn(rng.uniform(0, 2 * np.pi, count)), turn(rng.uniform(0, 2 * np.pi, count))
    signs = rng.choice([-1, 1], (count, 1, 2))
    matrices = (left * singular[:, None, :]) @ (right * signs)
    shifts = rng.uniform(-1, 1, (count, 2))
    rings = turn(np.arange(folds) * (2 * np.pi / folds))
    matrices = np.concatenate([ring @ matrices for ring in rings])
    shifts = np.concatenate([shifts @ ring.T for ring in rings])
    weights = np.abs(np.linalg.det(matrices)) + 0.02
    return matrices.astype(np.float32), shifts.astype(np.float32), weights / weights.sum()


def play(rng, steps, matrices, shifts, weights):
    """The chaos game with many points at once: places and colours of what they visit after settling."""
    a, b, c, d = (matrices[:, i, j].copy() for i in (0, 1) for j in (0, 1))
    own_hue = rng.random(len(a)).astype(np.float32)
    x, y = rng.uniform(-1, 1, (2, CHAINS)).astype(np.float32)
    hue = np.zeros(CHAINS, dtype=np.float32)
    choices = rng.choice(len(a), size=(SETTLING + steps, CHAINS), p=weights)
    visited = []
    for step, choice in enumerate(choices):
        x, y = a[choice] * x + b[choice] * y + shifts[choice, 0], c[choice] * x + d[choice] * y + shifts[choice, 1]
        hue = (hue + own_hue[choice]) / 2
        if step >= SETTLING:
            visited.append((x, y, hue))
    return np.concatenate(visited, axis=1)


def fit_points(points):
    """Centred, most of them within radius 1."""
    points = points - np.median(points, axis=0)
    return points / (np.percentile(np.abs(points), 97, axis=0).max() + 1e-6)


def count_cells(points):
    """How many of the 64 by 64 cells about the centre have points in them."""
    return len(np.unique(((points[np.abs(points).max(axis=1) < 1] + 1) * 32).astype(int) @ [64, 1]))


def draw(rng):
    """Dust and threads are drawn again, most of the time."""
    wanted = rng.uniform(300, 1300)
    for _ in range(12):
        system = draw_system(rng)
        if count_cells(fit_points(play(rng, 3, *system)[:2].T)) > wanted:
            break
    visited = play(rng, STEPS, *system)
    palette = draw_palette(rng)
    # Dark colours are lifted, or the thin parts would be holes in a light background.
    palette = palette * (0.5 + 0.5 / (palette.max(axis=1, keepdims=True) + 0.05))
    return Fractal(fit_points(visited[:2].T), visited[2], palette, rng.uniform(0.35, 0.8))


def paint(fractal, rng, side):
    image = paint_background(rng, side)
    count = 1 if rng.random() < 0.5 else int(rng.integers(2, 5))
    turn_of_colours = rng.normal(0, 0.04)
    for _ in range(count):
        size = rng.uniform(0.7, 1.2) if count == 1 else rng.uniform(0.35, 0.65)
        place = rng.uniform(-0.75, 0.75, 2) * (1.2 - size)
        stretch = np.diag(rng.uniform(0.8, 1.2, 2))
        matrix = (turn(rng.uniform(0, 2 * np.pi)) @ stretch * size).astype(np.float32)
        # Small ones need fewer points; every so many, since the points lie in the order of the steps.
        every = 1 if size > 0.6 else 2
        points = fractal.points[::every] @ matrix.T + place.astype(np.float32)
        image = add_instance(image, fractal.palette, fractal.gamma, points, fractal.hues[::every] + turn_of_colours)
    return image


def spread(cells, side):
    """Lets each cell give some of itself to those beside it, flat."""
    cells = cells.reshape(side, side).astype(np.float32)
    out = 0.6 * cells
    out[1:] += 0.1 * cells[:-1]
    out[:-1] += 0.1 * cells[1:]
    out[:, 1:] += 0.1 * cells[:, :-1]
    out[:, :-1] += 0.1 * cells[:, 1:]
    return out.ravel()


def add_instance(image, palette, gamma, points, hues):
    """Splats the points; denser places are more opaque and brighter."""
    side = image.shape[0]
    pixels = ((points + 1) * (side / 2)).astype(np.int32)
    inside = ((pixels >= 0) & (pixels < side)).all(axis=1)
    cells = pixels[inside, 1] * side + pixels[inside, 0]
    density = spread(np.bincount(cells, minlength=side * side), side)
    hue = spread(np.bincount(cells, weights=hues[inside], minlength=side * side), side) / np.maximum(density, 1e-6)
    light = np.minimum(density / (4 * density[density > 0].mean()), 1) ** gamma if inside.any() else density
    opacity = np.minimum(2 * light + 0.2 * (density > 0), 1)[:, None]
    colours = look_up(palette, hue * 0.9) * (0.5 + 0.6 * light[:, None])
    blended = image.reshape(-1, 3) * (1 - opacity) + colours * opacity
    return blended.reshape(image.shape).astype(np.float32)
