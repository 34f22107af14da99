"""Safetensors by hand: a header's length as u64, the header as JSON, the numbers. As src/trainer/weights reads it."""

import json
import struct

import numpy as np

FORMATS = {"F16": np.float16, "F32": np.float32, "I64": np.int64}


def to_bytes(arrays, metadata):
    """The file of named float arrays, stored as float16."""
    header, parts, end = {"__metadata__": metadata}, [], 0
    for name, array in arrays.items():
        if not (np.abs(array) < 65520).all():
            raise ValueError(f"{name} holds numbers that float16 cannot store")
        part = array.astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(array.shape), "data_offsets": [end, end + len(part)]}
        end += len(part)
        parts.append(part)
    text = json.dumps(header).encode()
    # Padded with blanks, so that the numbers lie aligned for readers that map the file.
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def read(path):
    """The arrays of a safetensors file by name, floats as float32."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[begin:end], dtype=FORMATS[entry["dtype"]]).reshape(entry["shape"])
        arrays[name] = array.copy() if entry["dtype"] == "I64" else array.astype(np.float32)
    return arrays
