import tempfile
import unittest
from pathlib import Path

import numpy as np

import tensor_file


class TensorFile(unittest.TestCase):
    def test_what_was_written_is_read(self):
        arrays = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([0.5], dtype=np.float32)}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.safetensors"
            path.write_bytes(tensor_file.to_bytes(arrays, {"format": "pt"}))
            read = tensor_file.read(path)
        self.assertEqual(list(read), list(arrays))
        for name, array in arrays.items():
            np.testing.assert_array_equal(read[name], array)

    def test_numbers_beyond_float16_are_refused(self):
        with self.assertRaises(ValueError):
            tensor_file.to_bytes({"a": np.array([1e6], dtype=np.float32)}, {})


if __name__ == "__main__":
    unittest.main()
