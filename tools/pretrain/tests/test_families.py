"""What training relies on: the same pictures from the same numbers, other ones from others, something to see in each.

    /usr/bin/python3 -m unittest discover -s tools/pretrain/tests -t tools/pretrain
"""

import unittest

import numpy as np

from families import FAMILIES, Identity, draw_identity, render

SIDE = 64


class Families(unittest.TestCase):
    def test_pictures_have_the_asked_size(self):
        for family in FAMILIES:
            picture = render(Identity(0, family, 0), 0, SIDE)
            self.assertEqual((picture.shape, picture.dtype), ((SIDE, SIDE, 3), np.uint8), family)

    def test_the_same_numbers_give_the_same_bytes(self):
        for family in FAMILIES:
            identity = Identity(3, family, 1)
            first = render(identity, 2, SIDE)
            draw_identity.cache_clear()
            render(identity, 1, SIDE)
            np.testing.assert_array_equal(first, render(identity, 2, SIDE), family)

    def test_other_numbers_give_other_pictures(self):
        for family in FAMILIES:
            keys = [(seed, index, picture) for seed in (0, 1) for index in (0, 1) for picture in (0, 1)]
            pictures = [render(Identity(seed, family, index), n, SIDE).astype(int) for seed, index, n in keys]
            for n, one in enumerate(pictures):
                for other in pictures[n + 1 :]:
                    self.assertGreater(np.abs(one - other).mean(), 4, family)

    def test_pictures_are_seldom_empty(self):
        for family in FAMILIES:
            spreads = [render(Identity(5, family, index), 0, SIDE).std() for index in range(12)]
            self.assertGreater(sorted(spreads)[1], 12, family)


if __name__ == "__main__":
    unittest.main()
