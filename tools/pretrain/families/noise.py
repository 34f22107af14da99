"""Fields of noise by their spectrum, and pictures of no identity to put behind things."""

from functools import lru_cache

import numpy as np

from .colour import draw_palette, look_up


@lru_cache(maxsize=8)
def frequencies(side):
    """Horizontal and vertical frequency in periods per picture, and their size: for rfft2, [side, side // 2 + 1]."""
    across = np.arange(side // 2 + 1, dtype=np.float32)[None, :]
    down = (np.fft.fftfreq(side) * side).astype(np.float32)[:, None]
    size = np.hypot(across, down)
    size[0, 0] = 1
    return across, down, size


def shaped_noise(rng, gain):
    """Gaussian noise with the amplitudes `gain` over `frequencies`: mean 0, deviation 1, [side, side]."""
    side = gain.shape[0]
    parts = rng.standard_normal((*gain.shape, 2), dtype=np.float32)
    spectrum = parts.view(np.complex64)[..., 0] * gain
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(side, side)).astype(np.float32)
    return field / (field.std() + 1e-9)


def cloud(rng, side, exponent):
    """Noise whose amplitudes fall as frequency^-exponent."""
    return shaped_noise(rng, frequencies(side)[2] ** -exponent)


def sample_tile(tile, x, y):
    """A periodic field read at any coordinates (1 is once across), linearly between its points."""
    side = tile.shape[0]
    x, y = x * side, y * side
    left, top = np.floor(x), np.floor(y)
    fx, fy = x - left, y - top
    left, top = left.astype(np.int32), top.astype(np.int32)
    flat = tile.ravel()
    row, next_row = (top % side) * side, ((top + 1) % side) * side
    column, next_column = left % side, (left + 1) % side
    upper = flat[row + column] * (1 - fx) + flat[row + next_column] * fx
    lower = flat[next_row + column] * (1 - fx) + flat[next_row + next_column] * fx
    return upper * (1 - fy) + lower * fy


def plane(side):
    """Coordinates of the pixels' centres, -1..1, [side, side] each."""
    line = (np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1
    return np.meshgrid(line, line)


def halve(image):
    """The mean of each 2 by 2 pixels."""
    return (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2]) * 0.25


def paint_background(rng, side):
    """A picture of no identity: clouds, a gradient, stripes or blotches in colours of its own."""
    palette = draw_palette(rng) * rng.uniform(0.4, 1) + rng.uniform(0, 0.2)
    x, y = plane(side)
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    kind = rng.choice(4, p=[0.25, 0.4, 0.15, 0.2])
    if kind == 0:
        field = 0.2 * cloud(rng, side, rng.uniform(1, 2.2))
    elif kind == 1:
        field = 0.15 * along + 0.01 * cloud(rng, side, 0.7)
    elif kind == 2:
        field = 0.25 * np.sin(along * rng.uniform(3, 25)) + 0.05 * cloud(rng, side, 1.3)
    else:
        field = 0.4 * (cloud(rng, side, 1.8) > rng.normal(0, 0.5)) + 0.04 * cloud(rng, side, 1)
    return look_up(palette, field + rng.random())
