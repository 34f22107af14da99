"""Light on surfaces: what gives drawn things the look of matter."""

import numpy as np


def draw_lamp(rng, lowest):
    """The direction of a lamp, of length 1; `lowest` is how far before the picture it stands at least."""
    lamp = np.append(rng.uniform(-1, 1, 2), rng.uniform(lowest, 1.2)).astype(np.float32)
    return lamp / np.linalg.norm(lamp)


def half_way(lamp):
    """The direction between the lamp and the eye, in which gloss is looked for (Blinn 1977)."""
    half = lamp + np.array([0, 0, 1], dtype=np.float32)
    return half / np.linalg.norm(half)


def light_slopes(height, lamp, around):
    """How bright a surface of this height, in pixels, is, and the cosine of its gloss, [height, width] each.

    `around` is the light of the surroundings, 0..1.
    """
    down, across = np.gradient(height)
    flat = 1 / np.sqrt(1 + across * across + down * down)
    half = half_way(lamp)
    toward = (lamp[2] - lamp[0] * across - lamp[1] * down) * flat
    gloss = np.maximum((half[2] - half[0] * across - half[1] * down) * flat, 0)
    return around + (1.2 - around) * np.maximum(toward, 0), gloss
