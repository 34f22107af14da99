"""Colours: palettes that belong to an identity, and the tint and light of one picture."""

import numpy as np

GREY = np.full(3, 1 / np.sqrt(3), dtype=np.float32)


def colour_of(hue, saturation, value):
    """Red, green and blue of hue, saturation and value, each 0..1; arrays broadcast, channels come last."""
    hue, saturation, value = np.broadcast_arrays(hue, saturation, value)
    k = (np.array([5, 3, 1]) + hue[..., None] * 6) % 6
    chroma = (value * saturation)[..., None]
    return (value[..., None] - chroma * np.clip(np.minimum(k, 4 - k), 0, 1)).astype(np.float32)


def draw_anchors(rng, count):
    """Colours that go together: hues around one, around two opposite ones, or all round; light and dark in turn."""
    spread = rng.choice([0.06, 0.15, 1.0])
    hues = rng.random() + spread * rng.random(count) + rng.choice([0, 0.5], size=count, p=[0.7, 0.3])
    values = np.where(np.arange(count) % 2 == 0, rng.uniform(0.05, 0.5, count), rng.uniform(0.6, 1, count))
    saturations = rng.beta(2, 1.2, count) if rng.random() < 0.85 else rng.uniform(0, 0.2, count)
    return colour_of(hues % 1, saturations, values)


def draw_palette(rng):
    """A closed ring of 256 colours, float32 [256, 3]: flowing, or in bands with sharp edges."""
    anchors = draw_anchors(rng, int(rng.integers(3, 8)))
    place = np.arange(256) / 256 * len(anchors)
    before = place.astype(int)
    share = (place - before)[:, None]
    if rng.random() < 0.3:
        share = np.clip((share - 0.5) * 12 + 0.5, 0, 1)
    after = (before + 1) % len(anchors)
    return (anchors[before] * (1 - share) + anchors[after] * share).astype(np.float32)


def look_up(palette, position):
    """The colours at positions on the ring (0..1 is once round)."""
    return palette[(position * 256).astype(np.int32) & 255]


def hue_turn(angle):
    """The matrix that turns colours about the grey axis, [3, 3]."""
    cross = np.array(
        [[0, -GREY[2], GREY[1]], [GREY[2], 0, -GREY[0]], [-GREY[1], GREY[0], 0]], dtype=np.float32
    )
    turn = np.cos(angle) * np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * np.outer(GREY, GREY)
    return turn.astype(np.float32)


def jitter_colours(image, rng):
    """The tint, saturation, contrast and brightness of one picture."""
    saturation = rng.uniform(0.7, 1.2)
    matrix = saturation * np.eye(3, dtype=np.float32) + (1 - saturation) / 3
    matrix = rng.uniform(0.75, 1.2) * matrix @ hue_turn(rng.normal(0, 0.2))
    mean = image.mean(axis=(0, 1))
    offset = mean @ (np.eye(3) - matrix.T) + rng.uniform(-0.08, 0.08)
    return image @ matrix.T.astype(np.float32) + offset.astype(np.float32)
