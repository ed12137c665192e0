"""Specs with data of a few rows, for what is tested of looking at data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smtune.data.check import DataCheck, DataFinding, Keys, look_at_data
from smtune.spec import TuningSpec

CSV = "text/csv"


def spec_of(algorithm: str | None, data: Mapping[str, Any], **static: Any) -> TuningSpec:
    """A spec of a built-in algorithm, or of a script for None."""
    script = {"script": {"framework": "scikit-learn", "version": "1.2-1", "entry_point": "t.py"}}
    return TuningSpec.model_validate(
        {
            "name": "checked",
            "algorithm": {"builtin": algorithm, "version": "1"} if algorithm else script,
            "objective": {"maximize": "validation:auc"},
            "metrics": {} if algorithm else {"validation:auc": "auc=(\\S+)"},
            "hyperparameters": {**static, "eta": {"min": 0.1, "max": 0.5}},
            "data": data,
        }
    )


def channels(folder: Path, content_type: str | None, **texts: str | bytes) -> dict[str, Any]:
    """Each text as the one file of a channel."""
    found = {}
    for name, text in texts.items():
        file = folder / name / "rows.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        found[name] = {"uri": name, **({"content_type": content_type} if content_type else {})}
    return {"channels": found}


def look(folder: Path, spec: TuningSpec, **columns: str) -> DataCheck:
    """What a look at the whole data finds."""
    return look_at_data(spec, folder, keys=Keys(**columns), limit=0)


def named(found: DataCheck, check: str) -> DataFinding:
    """The one finding of a kind."""
    (finding,) = [each for each in found.findings if each.check == check]
    return finding


def kinds(found: DataCheck) -> list[str]:
    """The kinds of all findings that are no notes."""
    return [each.check for each in found.findings if each.severity != "note"]


def rows(count: int, seed: int = 0, **changed: Any) -> pd.DataFrame:
    """Two numbers, a class and a label of two classes, drawn from one pool."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "label": random.integers(0, 2, count),
            "age": random.normal(50, 10, count).round(4),
            "dose": random.exponential(2, count).round(4),
            "ward": random.choice([1, 2, 3], count, p=[0.6, 0.3, 0.1]),
        }
    )
    return frame.assign(**changed)


def text_of(frame: pd.DataFrame, *, header: bool = False) -> str:
    """CSV."""
    return frame.to_csv(index=False, header=header)
