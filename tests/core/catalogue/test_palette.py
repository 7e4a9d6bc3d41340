"""The colours of charts stay apart for every kind of sight, on light ground and on dark."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from pixie_core.catalogue.figures import DIVERGING, PALETTE, SEQUENTIAL
from pixie_core.exporters.pictures_theme import THEMES

# What people without one kind of cones see of linear RGB (Machado, Oliveira and Fernandes, 2009, severity 1).
SIGHTS = {
    "all cones": np.eye(3),
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
# OKLab (Ottosson, 2020).
CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


def linear(colour):
    """#rrggbb as light."""
    coded = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def seen(colour, sight):
    """A colour as it is seen, in OKLab times 100."""
    light = np.clip(np.array(SIGHTS[sight]) @ linear(colour), 0, 1)
    return 100 * (LAB @ np.cbrt(CONES @ light))


def contrast(one, other):
    """WCAG 2.2: from 1 to 21."""
    bright, dark = sorted((float(linear(each) @ (0.2126, 0.7152, 0.0722)) for each in (one, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sight", SIGHTS)
def test_no_two_colours_look_alike(sight):
    """Whichever kind of cones is missing."""
    nearest = min(
        (float(np.linalg.norm(seen(one, sight) - seen(other, sight))), one, other)
        for one, other in combinations(PALETTE, 2)
    )
    assert nearest[0] >= 8, nearest


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colour", PALETTE)
def test_every_colour_stands_out_from_its_ground(colour, theme):
    """By 3:1, as WCAG 2.2 asks of what a picture is made of (1.4.11)."""
    assert contrast(colour, THEMES[theme].ground) >= 3


@pytest.mark.parametrize("sight", SIGHTS)
def test_more_is_brighter_in_the_scale_of_amounts(sight):
    """For every kind of sight, at every step."""
    lightness = [seen(colour, sight)[0] for _, colour in SEQUENTIAL]
    assert all(after - before > 5 for before, after in pairwise(lightness))


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_ends_of_the_scale_around_zero_look_different(sight):
    """And its middle is its brightest."""
    ends = [seen(DIVERGING[at][1], sight) for at in (0, -1)]
    assert np.linalg.norm(ends[0] - ends[1]) > 15
    assert max(seen(colour, sight)[0] for _, colour in DIVERGING) == seen(DIVERGING[2][1], sight)[0]
