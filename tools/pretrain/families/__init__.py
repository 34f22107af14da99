"""What the pictures are drawn from: families of programs, identities (the classes), and pictures of an identity.

An identity is a draw of a family's parameters; everything about it follows from (seed, family, index). A picture of it
varies what should not matter (place, scale, rotation, light, background, tint, how many) and follows from that and the
number of the picture. Each family is a module with two functions:

    draw(rng) -> parameters
    paint(parameters, rng, side_px) -> float32 [side_px, side_px, 3], about 0..1
"""

import zlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from . import cells, dead_leaves, fractals, glyphs, networks, scenes, shaders, solids, spectra, tubes
from .colour import jitter_colours

FAMILIES = {
    "fractals": fractals,
    "dead-leaves": dead_leaves,
    "shaders": shaders,
    "spectra": spectra,
    "solids": solids,
    "cells": cells,
    "glyphs": glyphs,
    "scenes": scenes,
    "tubes": tubes,
    "networks": networks,
}
PREVIEW_PX = 48
TRIES = 12


class Identity(NamedTuple):
    seed: int
    family: str
    index: int


def keys_of(identity):
    return [identity.seed, zlib.crc32(identity.family.encode()), identity.index]


def has_structure(image):
    """Neither near empty nor the same noise all over: contrast as a whole, and between its parts."""
    grey = image.mean(axis=2)
    blocks = grey.reshape(8, PREVIEW_PX // 8, 8, PREVIEW_PX // 8)
    between = blocks.mean(axis=(1, 3)).std()
    within = np.median(blocks.std(axis=(1, 3)))
    return grey.std() > 0.1 and between > 0.04 and within > 0.02


@lru_cache(maxsize=8)
def draw_identity(identity):
    """The parameters of an identity: the first draw whose pictures have something to see."""
    module = FAMILIES[identity.family]
    rng = np.random.default_rng(keys_of(identity))
    for _ in range(TRIES):
        parameters = module.draw(rng)
        previews = [np.clip(module.paint(parameters, rng, PREVIEW_PX), 0, 1) for _ in range(2)]
        if all(has_structure(preview) for preview in previews):
            break
    return parameters


def render(identity, picture, side_px):
    """Picture number `picture` of an identity: uint8 [side_px, side_px, 3]."""
    parameters = draw_identity(identity)
    rng = np.random.default_rng([*keys_of(identity), 1 + picture])
    image = FAMILIES[identity.family].paint(parameters, rng, side_px)
    image = np.clip(jitter_colours(image, rng), 0, 1)
    return (image * 255 + 0.5).astype(np.uint8)
