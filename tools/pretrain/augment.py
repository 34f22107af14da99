"""Augmentation of whole batches at once: crops, flips, small turns, colours, and mixing of pictures across classes."""

import math

import torch
import torch.nn.functional as F

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
LUMA = (0.299, 0.587, 0.114)


def uniform(generator, count, low, high):
    return low + (high - low) * torch.rand(count, generator=generator)


def draw_crops(generator, count, smallest_area):
    """Maps from the output's square to the part of the picture that it shows, [count, 2, 3] for affine_grid."""
    area = uniform(generator, count, smallest_area, 1)
    ratio = torch.exp(uniform(generator, count, -math.log(4 / 3), math.log(4 / 3)))
    width, height = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    shift_x = uniform(generator, count, -1, 1) * (1 - width)
    shift_y = uniform(generator, count, -1, 1) * (1 - height)
    flip = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    angle = torch.randn(count, generator=generator) * 0.15
    cos, sin = angle.cos(), angle.sin()
    rows = [cos * width * flip, -sin * height, shift_x, sin * width * flip, cos * height, shift_y]
    return torch.stack(rows, dim=1).view(count, 2, 3)


def draw_colours(generator, count):
    """Colour matrices [count, 3, 3] of brightness, contrast, saturation and hue, and how much of the mean they keep."""
    saturation = uniform(generator, count, 0.5, 1.5)
    saturation[torch.rand(count, generator=generator) < 0.1] = 0
    angle = torch.randn(count, generator=generator) * 0.3
    cos, sin = angle.cos().view(-1, 1, 1), angle.sin().view(-1, 1, 1)
    root = 1 / math.sqrt(3)
    cross = torch.tensor([[0, -root, root], [root, 0, -root], [-root, root, 0]])
    hue = cos * torch.eye(3) + sin * cross + (1 - cos) / 3
    grey = torch.tensor(LUMA).expand(3, 3)
    share = saturation.view(-1, 1, 1)
    matrix = (share * torch.eye(3) + (1 - share) * grey) @ hue
    brightness, contrast = uniform(generator, count, 0.7, 1.3), uniform(generator, count, 0.6, 1.4)
    return matrix * (brightness * contrast).view(-1, 1, 1), brightness * (1 - contrast)


def to_unit(pictures, device):
    """uint8 [n, side, side, 3] to float32 [n, 3, side, side] of 0..1, the channels last in memory."""
    return torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float().div_(255)


def normalise(images):
    mean, deviation = (torch.tensor(v, device=images.device).view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
    return ((images - mean) / deviation).contiguous(memory_format=torch.channels_last)


def augment(images, side, generator, smallest_area):
    """Random parts of the images at `side` pixels in random colours, normalised, [n, 3, side, side]."""
    count, device = len(images), images.device
    crops = draw_crops(generator, count, smallest_area).to(device)
    grid = F.affine_grid(crops, (count, 3, side, side), align_corners=False)
    cut = F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)
    matrix, keep = (value.to(device) for value in draw_colours(generator, count))
    mean = cut.mean(dim=(1, 2, 3))
    coloured = torch.baddbmm((keep * mean).view(-1, 1, 1), matrix, cut.flatten(2)).view(cut.shape).clamp(0, 1)
    return normalise(coloured)


def mix(images, generator, mixed_ratio):
    """MixUp (Zhang et al. 2018) or CutMix (Yun et al. 2019) of the batch with itself in another order, or neither.

    `mixed_ratio` is the probability of mixing. Most partners come from another family, which is what was worth most in
    Shaders-21k. Returns the images, the order of the partners, and the share of the first.
    """
    count, _, height, width = images.shape
    partners = torch.randperm(count, generator=generator)
    kind = torch.rand(1, generator=generator).item()
    share = torch.rand(1, generator=generator).item()
    if kind < mixed_ratio / 2:
        return images * share + images[partners.to(images.device)] * (1 - share), partners, share
    if kind < mixed_ratio:
        cut_height, cut_width = (round(n * math.sqrt(1 - share)) for n in (height, width))
        top = torch.randint(height - cut_height + 1, (1,), generator=generator).item()
        left = torch.randint(width - cut_width + 1, (1,), generator=generator).item()
        box = (slice(None), slice(None), slice(top, top + cut_height), slice(left, left + cut_width))
        mixed = images.clone(memory_format=torch.channels_last)
        mixed[box] = images[partners.to(images.device)][box]
        return mixed, partners, 1 - cut_height * cut_width / (height * width)
    return images, partners, 1.0
