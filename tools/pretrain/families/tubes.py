"""Bent, lit tubes that branch: worms, twigs, plants, cables, handwriting in clay.

The identity is how a plant grows (bends, forks, how it thins) and what it is made of; a picture grows it anew, turned,
one or more of them, before a background.
"""

from typing import Callable, NamedTuple

import numpy as np

from .colour import draw_palette, look_up
from .noise import halve, paint_background, plane
from .programs import draw_wave
from .relief import draw_lamp, half_way

STEPS = 14


class Plant(NamedTuple):
    width: float
    taper: float
    bend: float
    wiggle: float
    forks: int
    fork_angle: float
    fork_ratio: float
    levels: int
    swelling: float
    knots: float
    palette: np.ndarray
    hues: np.ndarray
    texture: Callable
    turns: float
    rings: float
    gloss: float
    sharpness: float
    has_tips: bool


class Ball(NamedTuple):
    place: np.ndarray
    radius: float
    level: int
    """0 for a stem, 1 for what grows out of it."""
    along: float
    """From the root of its branch, in its widths."""
    heading: float


def draw(rng):
    levels = int(rng.choice([1, 2, 3], p=[0.4, 0.35, 0.25]))
    return Plant(
        width=np.exp(rng.uniform(np.log(0.05), np.log(0.3))) * (1 if levels == 1 else 0.55),
        taper=rng.uniform(0.3, 1),
        bend=rng.normal(0, 1.2),
        wiggle=rng.uniform(0, 0.5),
        forks=int(rng.integers(2, 6)),
        fork_angle=rng.uniform(0.3, 1.3),
        fork_ratio=rng.uniform(0.4, 0.75),
        levels=levels,
        swelling=rng.uniform(0, 0.5) * rng.choice([0, 1]),
        knots=rng.uniform(1, 7),
        palette=draw_palette(rng),
        hues=rng.random(4),
        texture=draw_wave(rng),
        turns=rng.uniform(0, 0.25),
        rings=rng.choice([0, 0.15]) * rng.random(),
        gloss=rng.choice([0.05, 0.6]) * rng.random(),
        sharpness=rng.uniform(5, 50),
        has_tips=rng.random() < 0.4,
    )


def grow(plant, rng, place, heading, length, width, level=0):
    """The balls of a branch, from its root on, and of what grows out of it."""
    bend = plant.bend * rng.uniform(0.5, 1.5)
    is_last = level + 1 == plant.levels
    forks = [] if is_last else np.sort(rng.uniform(0.25, 1, plant.forks))
    first_side = rng.choice([-1, 1])
    steps = STEPS * 2 // (1 + level)
    balls, made = [], 0
    for step in range(steps):
        along = step / (steps - 1)
        heading = heading + bend / steps + rng.normal(0, plant.wiggle) / np.sqrt(steps)
        place = place + np.array([np.cos(heading), np.sin(heading)]) * length / steps
        radius = width * (1 + (plant.taper - 1) * along) * (1 + plant.swelling * np.sin(along * plant.knots * 6.28))
        if plant.has_tips and is_last and step == steps - 1:
            radius *= 2.2
        balls.append(Ball(place, max(radius, 0.012), level, along * length / width, heading))
        while made < len(forks) and along >= forks[made]:
            side = first_side * (-1) ** (made % 8)
            turned = heading + side * plant.fork_angle * rng.uniform(0.7, 1.3)
            thinner = width * plant.fork_ratio**0.7
            balls += grow(plant, rng, place, turned, length * plant.fork_ratio, thinner, level + 1)
            made += 1
    return balls


def grow_plants(plant, rng):
    """The balls of one large plant or of several small ones."""
    count = 1 if rng.random() < 0.5 else int(rng.integers(2, 5))
    balls = []
    for _ in range(count):
        size = rng.uniform(1.1, 1.7) if count == 1 else rng.uniform(0.6, 1.1)
        heading = rng.uniform(0, 2 * np.pi)
        start = rng.uniform(-0.5, 0.5, 2) - np.array([np.cos(heading), np.sin(heading)]) * size * 0.5
        balls += grow(plant, rng, start, heading, size, plant.width * size)
    return balls


class Layers:
    """What is nearest at each pixel: height, normal, place on the palette, [side, side] each."""

    def __init__(self, side):
        self.line = plane(side)[0][0]
        self.height = np.full((side, side), -1, dtype=np.float32)
        self.across, self.down, self.toward, self.field = (np.zeros((side, side), dtype=np.float32) for _ in range(4))

    def add(self, plant, ball):
        (x, y), radius = ball.place, ball.radius
        left, right = np.searchsorted(self.line, (x - radius, x + radius))
        top, bottom = np.searchsorted(self.line, (y - radius, y + radius))
        if left == right or top == bottom:
            return
        box = np.s_[top:bottom, left:right]
        across, down = ((self.line[left:right] - x) / radius)[None, :], ((self.line[top:bottom] - y) / radius)[:, None]
        rest = 1 - across * across - down * down
        toward = np.sqrt(np.maximum(rest, 0))
        height = toward * radius + ball.level * 0.02
        nearer = (rest > 0) & (height > self.height[box])
        cos, sin = np.cos(ball.heading), np.sin(ball.heading)
        u, v = ball.along + (across * cos + down * sin), down * cos - across * sin
        field = plant.hues[ball.level] + plant.turns * plant.texture(u * 0.4, v * 0.7, 0) + plant.rings * np.sin(u * 3)
        np.copyto(self.height[box], height, where=nearer)
        for kept, value in ((self.across, across), (self.down, down), (self.toward, toward), (self.field, field)):
            np.copyto(kept[box], value.astype(np.float32), where=nearer)

    def cosine(self, direction):
        """Of the angle between each pixel's normal and a direction; 0 where it looks away."""
        return np.maximum(self.across * direction[0] + self.down * direction[1] + self.toward * direction[2], 0)


def paint(plant, rng, side):
    background = paint_background(rng, side)
    layers = Layers(side * 2)
    for ball in grow_plants(plant, rng):
        layers.add(plant, ball)
    covered = layers.height > -1
    lamp, around = draw_lamp(rng, 0.4), np.float32(rng.uniform(0.25, 0.5))
    light = around + (1.15 - around) * layers.cosine(lamp)
    shine = (plant.gloss * layers.cosine(half_way(lamp)) ** plant.sharpness).astype(np.float32)
    lit = look_up(plant.palette, layers.field + rng.normal(0, 0.03)) * light[..., None] + shine[..., None]
    share = halve(covered.astype(np.float32))[..., None]
    shadow = rng.integers(0, max(1, side // 12), 2)
    dark = 1 - rng.uniform(0, 0.6) * np.roll(share, tuple(shadow), (0, 1))
    return background * dark * (1 - share) + halve(np.where(covered[..., None], lit, 0))
