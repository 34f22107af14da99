"""What changes in the course of a training: the learning rate and the side of the images."""

import math

WARM_UP_RATIO = 0.03


def learning_rate_at(step, steps, peak):
    """Rises linearly, then falls as a cosine to nothing."""
    warm_up = max(1, round(steps * WARM_UP_RATIO))
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def side_at(step, steps, sides, shares):
    """Of the images at a step, in pixels: small ones first, which are cheap."""
    end = 0
    for side, share in zip(sides, shares):
        end += share * steps
        if step < end:
            return side
    return sides[-1]
