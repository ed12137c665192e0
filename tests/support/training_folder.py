"""An /opt/ml as a training job finds it, and what a program that stands for a container prints."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from smtune.metrics import Scraper

Rows = Any


def write_folder(
    base: Path, hyperparameters: Mapping[str, str], content_type: str | None = "text/csv", **channels: Rows
) -> Path:
    """A channel is an array of rows, to CSV, or a map from the names of its files to their text or bytes."""
    described = {"TrainingInputMode": "File"} | ({"ContentType": content_type} if content_type else {})
    config = base / "input" / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "hyperparameters.json").write_text(json.dumps(dict(hyperparameters)))
    (config / "inputdataconfig.json").write_text(json.dumps(dict.fromkeys(channels, described)))
    (config / "resourceconfig.json").write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))
    for name, rows in channels.items():
        folder = base / "input" / "data" / name
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(rows, dict):
            for file, content in rows.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        else:
            np.savetxt(folder / "rows.csv", rows, delimiter=",", fmt="%.9g")
    return base


def last_values(log: str, definitions: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """The last value of every metric that the regexes find."""
    scraper, found = Scraper(definitions), dict[str, float]()
    for line in log.splitlines():
        found.update({each.name: each.value for each in scraper.read(line, 0.0)})
    return found


def split(dataset: Any) -> tuple[Rows, Rows]:
    """A data set of scikit-learn, label first: every third row held out."""
    features, labels = dataset(return_X_y=True)
    rows = np.column_stack([labels, features])
    held_out = np.arange(len(rows)) % 3 == 0
    return rows[~held_out], rows[held_out]


def record(features: list[float], label: float) -> bytes:
    """One row as recordio-protobuf."""
    entries = ((1, _tensor(features)), (2, _tensor([label])))
    payload = b"".join(_field(number, _field(1, b"values") + _field(2, value)) for number, value in entries)
    return struct.pack("<II", 0xCED7230A, len(payload)) + payload + b"\0" * (-len(payload) % 4)


def _tensor(values: list[float]) -> bytes:
    return _field(2, _field(1, struct.pack(f"<{len(values)}f", *values)))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])
