import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

import tensor_file
from earlier import read_earlier

RECIPE = {"steps": 7, "pictures": {"families": ["fractals"]}}


class Earlier(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_of_a_checkpoint_the_averages_and_all_its_stages_are_taken(self):
        first = {"recipe": {"steps": 3}, "step": 3, "trained_s": 10.5}
        average = {"conv1.weight": torch.ones(2), "fc.weight": torch.zeros(2)}
        path = self.folder / "checkpoint.pt"
        torch.save({"average": average, "recipe": RECIPE, "step": 7, "trained_s": 60.0, "earlier": [first]}, path)
        weights, stages = read_earlier(path)
        self.assertEqual(list(weights), ["conv1.weight"])
        self.assertEqual(stages, [first, {"recipe": RECIPE, "step": 7, "trained_s": 60.0}])

    def test_of_exported_weights_the_note_beside_them_names_the_stages(self):
        path = self.folder / "x.safetensors"
        path.write_bytes(tensor_file.to_bytes({"conv1.weight": np.full(2, 0.5, dtype=np.float32)}, {"format": "pt"}))
        stage = {"recipe": RECIPE, "steps": 7, "trainedMinutes": 2, "imagesSeen": 70}
        path.with_suffix(".made.json").write_text(json.dumps({"stages": [stage]}))
        weights, stages = read_earlier(path)
        self.assertTrue(torch.equal(weights["conv1.weight"], torch.full((2,), 0.5)))
        self.assertEqual(stages, [{"recipe": RECIPE, "step": 7, "trained_s": 120}])


if __name__ == "__main__":
    unittest.main()
