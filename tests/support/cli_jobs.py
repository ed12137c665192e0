"""The command as a process, and a tuning job of a second: a script that imports no library, on a table of 80 rows."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from smtune.cli import main

SMTUNE = (sys.executable, "-c", "from smtune.cli import main; main()")
TIMEOUT = 180.0

SPEC = r"""
apiVersion: smtune/v1
name: toy
algorithm: {script: {framework: scikit-learn, version: 1.2-1, entry_point: train.py}}
objective: {minimize: 'validation:error'}
metrics: {'train:error': ' train=(\S+)', 'validation:error': ' validation=(\S+)'}
hyperparameters: {rounds: 3, cut: {min: 0.0, max: 1.0}, side: {values: [left, right]}}
strategy: random
limits: {jobs: 4, parallel: 2}
seed: 7
data: {source: rows.csv, label: big, split: {train: 0.5, validation: 0.25, test: 0.25}}
diagnosis: {human_error: 0.0, metrics: {train: 'train:error', validation: 'validation:error', test: 'test:error'}}
"""

TRAIN = """
import argparse, csv, os


class Model:
    def __init__(self, cut):
        self.cut = cut

    def predict(self, rows):
        return (rows["x"] > self.cut).astype(int)


def model_fn(folder):
    return Model(float(open(os.path.join(folder, "cut")).read()))


def error(channel, cut):
    with open(os.path.join(os.environ["SM_CHANNEL_" + channel.upper()], channel + ".csv")) as file:
        rows = list(csv.DictReader(file))
    return sum((float(row["x"]) > cut) != (row["big"] == "1") for row in rows) / len(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cut", type=float)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--side")
    cut = parser.parse_args().cut
    print("hello from training")
    print(f"errors: train={error('train', cut):.4f} validation={error('validation', cut):.4f}")
    open(os.path.join(os.environ["SM_MODEL_DIR"], "cut"), "w").write(str(cut))
"""


def smtune(
    *arguments: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `smtune ARGUMENTS` to its end."""
    return subprocess.run(
        [*SMTUNE, *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def inside(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`smtune ARGUMENTS` in this process: the same answer in a tenth of the time."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def write_job(folder: Path, train: str = TRAIN, changes: Mapping[str, str] | None = None) -> Path:
    """A spec with its script and data in `folder`; `changes` replace text of the spec. Returns the spec's path."""
    folder.mkdir(parents=True, exist_ok=True)
    text = SPEC
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    rows = "".join(f"{number / 80},{int(number > 30)}\n" for number in range(80))
    (folder / "rows.csv").write_text(f"x,big\n{rows}", encoding="utf-8")
    (folder / "train.py").write_text(textwrap.dedent(train), encoding="utf-8")
    (folder / "spec.yaml").write_text(text.lstrip(), encoding="utf-8")
    return folder / "spec.yaml"
