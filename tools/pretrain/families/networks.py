"""Pictures of random deep networks: noise grown through convolutions from 4 by 4 to 128 by 128 points, never trained.

Baradad et al. 2021 ('Learning to see by looking at noise') found untrained StyleGANs with oriented filters to be the noise that
teaches most. An identity is a network and a style; its pictures differ in the style a little, in the noise that comes in at each
size, and in window, turn and zoom. All fields are periodic, so that any window can be cut. What is drawn has 128 points a side at most.
"""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from .colour import draw_anchors
from .noise import plane, sample_tile

CHANNELS = (24, 24, 24, 20, 16, 12)
"""Of each size, from 4 by 4 on; each has twice the side of the one before."""
NOISE = (1.0, 1.0, 0.8, 0.45, 0.2, 0.06)
"""How much noise comes in at each size: little at the last, or all is speckled."""
SMALLEST = 4
STYLES = 16
LEAK = 0.2


class Layer(NamedTuple):
    filters: np.ndarray
    """[channels, channels before, 3, 3]"""
    style: np.ndarray
    """[channels, 2, STYLES]: what the style adds to scale and offset."""
    noise: np.ndarray
    """[channels]: how much noise comes in."""


class Generator(NamedTuple):
    begin: np.ndarray
    layers: list[Layer]
    style: np.ndarray
    variation: float
    colours: np.ndarray
    sharpness: float


def draw_layer(rng, before, channels, noise):
    """Filters that point somewhere or nowhere, one spatial shape to each pair of channels."""
    x, y = np.meshgrid((-1, 0, 1), (-1, 0, 1))
    angle = rng.uniform(0, 2 * np.pi, (channels, before, 1, 1))
    along = np.cos(angle) * x + np.sin(angle) * y
    beside = np.cos(angle) * y - np.sin(angle) * x
    spread = rng.uniform(0.5, 2, (channels, before, 1, 1))
    hill = np.exp(-((along / spread) ** 2) - beside**2)
    kind = rng.choice(3, size=(channels, before, 1, 1), p=[0.45, 0.35, 0.2])
    shape = np.where(kind == 0, hill, np.where(kind == 1, along * hill, rng.normal(0, 1, hill.shape)))
    weight = rng.normal(0, 1, (channels, before, 1, 1)) * (rng.random((channels, before, 1, 1)) < 0.4)
    return Layer(
        filters=(weight * shape).astype(np.float32),
        style=rng.normal(0, 1 / np.sqrt(STYLES), (channels, 2, STYLES)).astype(np.float32),
        noise=(noise * np.exp(rng.normal(-1, 0.8, channels))).astype(np.float32),
    )


def draw(rng):
    before = (CHANNELS[0], *CHANNELS[:-1])
    return Generator(
        begin=rng.normal(0, 1, (CHANNELS[0], SMALLEST, SMALLEST)).astype(np.float32),
        layers=[draw_layer(rng, *sizes) for sizes in zip(before, CHANNELS, NOISE)],
        style=rng.normal(0, 1, STYLES).astype(np.float32),
        variation=rng.uniform(0.1, 0.5),
        colours=draw_anchors(rng, CHANNELS[-1]),
        sharpness=np.exp(rng.uniform(-0.7, 1.4)),
    )


def convolve(filters, fields):
    """Periodic, 3 by 3."""
    around = F.pad(torch.from_numpy(fields)[None], (1, 1, 1, 1), mode="circular")
    return F.conv2d(around, torch.from_numpy(filters))[0].numpy()


def double(fields):
    """Twice the side, linearly between the points; periodic."""
    around = F.pad(torch.from_numpy(fields)[None], (1, 1, 1, 1), mode="circular")
    doubled = F.interpolate(around, scale_factor=2, mode="bilinear", align_corners=False)
    return doubled[0, :, 2:-2, 2:-2].numpy()


def grow(generator, rng):
    """The last layer's fields, [channels, 128, 128], of mean 0 and deviation 1 before the style."""
    style = generator.style + generator.variation * rng.standard_normal(STYLES, dtype=np.float32)
    fields = generator.begin + 0.5 * rng.standard_normal(generator.begin.shape, dtype=np.float32)
    for number, layer in enumerate(generator.layers):
        fields = convolve(layer.filters, double(fields) if number > 0 else fields)
        fields = fields / (fields.std(axis=(1, 2), keepdims=True) + 1e-6)
        fields += layer.noise[:, None, None] * rng.standard_normal(fields.shape, dtype=np.float32)
        fields = fields - fields.mean(axis=(1, 2), keepdims=True)
        scale, offset = np.moveaxis(layer.style @ style, 1, 0)[..., None, None]
        fields = fields * (1 + 0.5 * scale) + 0.7 * offset
        fields = np.where(fields > 0, fields, LEAK * fields)
    return fields


def paint(generator, rng, side):
    fields = grow(generator, rng)
    # Each channel has a colour, and the pixel takes the mean of those that are strong there.
    strength = np.exp(generator.sharpness * (fields - fields.max(axis=0)))
    image = np.tensordot(strength / strength.sum(axis=0), generator.colours, axes=(0, 0))
    x, y = plane(side)
    turn, zoom = rng.normal(0, 0.3), np.exp(rng.uniform(-0.7, -0.1)) / 2
    across = zoom * (np.cos(turn) * x - np.sin(turn) * y) + rng.random()
    down = zoom * (np.sin(turn) * x + np.cos(turn) * y) + rng.random()
    return np.stack([sample_tile(image[..., channel], across, down) for channel in range(3)], axis=-1)
