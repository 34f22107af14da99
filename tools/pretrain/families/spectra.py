"""Noise with the statistics of natural textures: spectra 1/f^a, oriented bands, correlated colours, sparse strokes.

Baradad et al. 2021 ('Learning to see by looking at noise'): spectrum, colour and wavelet models. Bands are switched on
and off over the picture by a slow field, as the coefficients of wavelets cluster in natural pictures. A picture is another
sample of the same statistics.
"""

from typing import NamedTuple

import numpy as np

from .colour import draw_palette, look_up
from .noise import cloud, frequencies, shaped_noise


class Band(NamedTuple):
    frequency: float
    angle: float
    width: float
    """Of the ring, in octaves."""
    spread: float
    """Of directions, in radians."""
    weight: float
    sparseness: float
    colour: np.ndarray


class Texture(NamedTuple):
    exponent: float
    stretch: float
    angle: float
    bands: list[Band]
    palette: np.ndarray
    turns: float
    shaping: int
    mixing: np.ndarray
    tinted: float


def draw_band(rng):
    return Band(
        frequency=np.exp(rng.uniform(np.log(3), np.log(18))),
        angle=rng.uniform(0, np.pi),
        width=rng.uniform(0.15, 0.6),
        spread=rng.choice([0.1, 0.25, 3.0], p=[0.4, 0.4, 0.2]),
        weight=rng.uniform(0.5, 1.3),
        sparseness=rng.uniform(0, 2),
        colour=rng.normal(0, 1, 3).astype(np.float32),
    )


def draw(rng):
    return Texture(
        exponent=rng.uniform(1.3, 2.3),
        stretch=np.exp(rng.uniform(0, 1.6)),
        angle=rng.uniform(0, np.pi),
        bands=[draw_band(rng) for _ in range(rng.integers(1, 4))],
        palette=draw_palette(rng),
        turns=rng.uniform(0.08, 0.3),
        shaping=int(rng.integers(4)),
        mixing=np.linalg.qr(rng.normal(0, 1, (3, 3)))[0].astype(np.float32),
        tinted=rng.uniform(0, 0.12),
    )


def shape_field(field, shaping):
    """What makes blotches, ridges or terraces of clouds."""
    if shaping == 1:
        return np.tanh(4 * field) * 0.9
    if shaping == 2:
        return 1 - 2 * np.abs(field)
    if shaping == 3:
        return np.floor(field * 2.5) / 2.5
    return field


def turned_frequencies(side, angle, stretch=1.0):
    across, down, _ = frequencies(side)
    cos, sin = np.cos(angle), np.sin(angle)
    return cos * across + sin * down, (cos * down - sin * across) * stretch


def paint_band(band, rng, side, turn, zoom):
    """An oriented band, present in places."""
    along, beside = turned_frequencies(side, band.angle + turn)
    size = frequencies(side)[2]
    octaves = np.log2(size / (band.frequency * zoom))
    direction = np.arctan2(np.abs(beside), np.abs(along))
    gain = np.exp(-0.5 * (octaves / band.width) ** 2 - 0.5 * (direction / band.spread) ** 2)
    gate = 1 / (1 + np.exp(3 * (band.sparseness - 0.7 - 1.5 * cloud(rng, side, 2.2))))
    return band.weight * gate * shaped_noise(rng, gain)


def paint(texture, rng, side):
    turn, zoom = rng.normal(0, 0.3), np.exp(rng.uniform(-0.35, 0.35))
    along, beside = turned_frequencies(side, texture.angle + turn, texture.stretch)
    # Below two periods a picture the spectrum is flat, so that no picture is a mere gradient.
    size = np.maximum(np.hypot(along, beside), 2 * zoom)
    base = shape_field(shaped_noise(rng, size**-texture.exponent), texture.shaping)
    image = look_up(texture.palette, texture.turns * base + rng.normal(0, 0.03))
    if texture.tinted > 0.06:
        tint = np.stack([cloud(rng, side, texture.exponent) for _ in range(2)], axis=-1)
        image = image + texture.tinted * (tint @ texture.mixing[:2])
    for band in texture.bands:
        strokes = paint_band(band, rng, side, turn, zoom)[..., None]
        image = image + strokes * (0.1 + 0.06 * band.colour)
    return image
