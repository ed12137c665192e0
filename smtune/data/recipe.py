"""What decides the parts of a split table: the same recipe has the same parts, before and after they are made."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from smtune.data.upload.hashes import digests
from smtune.spec import BuiltIn, Table, TuningSpec


def is_label_first(spec: TuningSpec, table: Table) -> bool:
    """Whether the parts lose their header and get the label in column 0: the built-in algorithms want that."""
    if table.layout is not None:
        return table.layout == "label-first"
    return all(isinstance(definition.algorithm, BuiltIn) for definition in spec.definitions)


def table_fingerprint(spec: TuningSpec, table: Table, folder: Path, code: Path | None) -> str:
    """Of all that decides the parts of a split table, and of the code: the same ones have the same parts."""
    recipe = {
        "source": digest(folder / table.source),
        "label": table.label,
        "split": table.split.model_dump(),
        "label_first": is_label_first(spec, table),
        "libraries": [version("pandas"), version("scikit-learn")],
        "code": digest(code) if code else None,
    }
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:16]


def digest(file: Path) -> str:
    """SHA-256 of a file's contents, in hexadecimal digits; a large file that did not change is not read again."""
    return digests([file])[file].sha256
