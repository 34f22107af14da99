"""Pictures like those of small fragment programs: one field chooses the colour, another the brightness.

After the idea of Shaders-21k (Baradad et al. 2022, 'Procedural image programs for representation learning'). A picture
looks at the program through another window: shifted, turned, zoomed, at another phase.
"""

from typing import Callable, NamedTuple

import numpy as np

from .colour import draw_palette, look_up
from .noise import halve, plane
from .programs import draw_field


class Shader(NamedTuple):
    hue_field: Callable
    light_field: Callable
    palette: np.ndarray
    turns: float
    depth: float


def draw(rng):
    return Shader(
        hue_field=draw_field(rng, int(rng.integers(2, 5))),
        light_field=draw_field(rng, int(rng.integers(1, 3))),
        palette=draw_palette(rng),
        turns=rng.uniform(0.2, 0.7),
        depth=rng.uniform(0, 0.45),
    )


def paint(shader, rng, side):
    x, y = plane(side * 2)
    angle, zoom = rng.normal(0, 0.5), np.exp(rng.uniform(-0.5, 0.4))
    cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
    shift_x, shift_y = rng.uniform(-0.5, 0.5, 2)
    x, y = cos * x - sin * y + shift_x, sin * x + cos * y + shift_y
    phase = rng.normal(0, 0.5)
    colours = look_up(shader.palette, shader.turns * shader.hue_field(x, y, phase) + rng.normal(0, 0.03))
    light = 1 - shader.depth + shader.depth * np.clip(shader.light_field(x, y, phase), -1, 1)
    return halve(colours * light[..., None])
