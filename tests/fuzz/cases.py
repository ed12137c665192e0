"""A case: one hostile input, made from a seed and a number, so that the number alone brings it back."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from .mutate import mutate_data, mutate_text
from .texts import HOSTILE, hostile_scalar, hostile_text

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-must-never-be-shown"  # noqa: S105  nobody's
VARIABLES = {
    "FUZZ_INT": "12",
    "FUZZ_TEXT": "some text: # {a: b} ${env:FUZZ_INT}",
    "FUZZ_EMPTY": "",
    "FUZZ_LONG": "x" * 100_000,
    "FUZZ_BYTES": "\udcff\udcfe",
    "FUZZ_CONTROL": "\x1b[31mred\r\n\x07",
    "FUZZ_TOKEN": SECRET,
    "FUZZ_LONG_KEY": SECRET * 4000,
}


@dataclass(frozen=True)
class Case:
    """What one run of smtune is given."""

    kind: str
    files: tuple[bytes, ...] = ()
    """The base and its overlays."""
    settings: tuple[str, ...] = ()
    odd: str = ""
    """A thing that is no regular file, in the place of the base."""
    request: Any = None

    def write(self, folder: Path) -> tuple[Path, ...]:
        """The files of the case, in `folder`, as a person would have them."""
        paths = []
        for number, content in enumerate(self.files):
            paths.append(folder / f"{number}.yaml")
            paths[-1].write_bytes(content)
        if self.odd:
            paths.insert(0, _odd_file(folder, self.odd))
        return tuple(paths)


def make_case(seed: int, number: int) -> Case:
    """The case of that number: the same one for the same seed."""
    # Reproducible on purpose: a failure names its seed and its number.
    rng = random.Random(f"{seed}:{number}")  # noqa: S311
    makers, weights = zip(*_MAKERS.items(), strict=True)
    maker: Callable[[random.Random], Case] = rng.choices(makers, weights)[0]
    return maker(rng)


@cache
def specs() -> tuple[str, ...]:
    """The text of every spec of the project: templates and the ones of the tests."""
    files = [*sorted(ROOT.glob("templates/*/spec.yaml")), *sorted(ROOT.glob("tests/golden/*.yaml"))]
    return tuple(file.read_text(encoding="utf-8") for file in files)


@cache
def requests() -> tuple[str, ...]:
    """The text of every request of the tests."""
    return tuple(file.read_text(encoding="utf-8") for file in sorted(ROOT.glob("tests/golden/*.request.json")))


@cache
def _data(text: str) -> str:
    return json.dumps(YAML(typ="safe", pure=True).load(text))


def _spec_data(rng: random.Random) -> Any:
    return json.loads(_data(rng.choice(specs())))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _mutated_text(rng: random.Random) -> Case:
    text = rng.choice(specs())
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        text = mutate_text(rng, text, specs())
    return Case("text", (_bytes(text),))


def _mutated_data(rng: random.Random) -> Case:
    data = _spec_data(rng)
    for _ in range(rng.choice((1, 1, 2, 4))):
        data = mutate_data(rng, data)
    return Case("data", (_bytes(json.dumps(data, ensure_ascii=rng.random() < 0.5)),))


def _hostile(rng: random.Random) -> Case:
    return Case("hostile", (_bytes(hostile_text(rng)),))


def _planted(rng: random.Random) -> Case:
    """A spec with a hostile block in its middle."""
    lines = rng.choice(specs()).splitlines(keepends=True)
    place = rng.randrange(len(lines) + 1)
    block = "".join(f"{line}\n" for line in rng.choice(HOSTILE)(rng)[:200_000].splitlines())
    return Case("planted", (_bytes("".join([*lines[:place], block, *lines[place:]])),))


def _raw_bytes(rng: random.Random) -> Case:
    content = bytearray(rng.choice(specs()).encode())
    for _ in range(rng.choice((1, 3, 20))):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return Case("bytes", (bytes(content),))


def _huge(rng: random.Random) -> Case:
    """Some 10 MB, or just within what is read."""
    unit = rng.choice(
        ("x", "- a\n", "#\n", "k: v\n", "[", "{a: ", " ", "\n", '"', "é", "😀", "\0", "a: &a\n", "'' ", "!", "x\n")
    )
    size = rng.choice((900_000, 1_000_000, 1_100_000, 10_000_000))
    return Case("huge", (_bytes(unit * (size // len(unit))),))


def _overlaid(rng: random.Random) -> Case:
    base = rng.choice(specs())
    overlays = []
    for _ in range(rng.choice((1, 1, 2))):
        data = _spec_data(rng)
        kept = rng.sample(sorted(data), k=rng.randint(0, min(3, len(data))))
        overlays.append(mutate_data(rng, {key: data[key] for key in kept}))
    return Case("overlaid", (_bytes(base), *(_bytes(json.dumps(data)) for data in overlays)))


_KEYS = """
hyperparameters.eta hyperparameters.eta.max hyperparameters.booster.values hyperparameters.booster.values[0] limits.jobs
limits algorithm algorithm.builtin algorithm.image algorithms[0].compute.count algorithms.xgb.name algorithms[7] seed
tags.a tags."a.b" tags.a\\.b raw.Tags raw.TrainingJobDefinition.RoleArn data.source data.channels.train
data.channels.train.uri objective.minimize compute name strategy nonsense [0] .. = "" ' "open a[ a[x] a[99999999999]
""".split()  # noqa: SIM905  a list would fill a page


def _set(rng: random.Random) -> Case:
    settings = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        value = rng.choice((lambda: str(hostile_scalar(rng)), lambda: rng.choice(HOSTILE)(rng)[:2000]))()
        text = f"{rng.choice(_KEYS)}{rng.choice(('=', '=', '=', '', '=='))}{value}"
        settings.append(mutate_text(rng, text, tuple(_KEYS)) if rng.random() < 0.3 else text)
    return Case("set", (_bytes(rng.choice(specs())),), tuple(settings))


def _odd(rng: random.Random) -> Case:
    return Case("odd", odd=rng.choice(("folder", "pipe", "loop", "missing", "zero", "long name", "secret")))


def _odd_file(folder: Path, kind: str) -> Path:
    path = folder / kind
    if kind == "folder":
        path.mkdir(exist_ok=True)
    elif kind == "pipe" and not path.exists():
        os.mkfifo(path)
    elif kind == "loop" and not path.is_symlink():
        path.symlink_to(path)
    elif kind == "zero":
        return Path("/dev/zero")
    elif kind == "long name":
        return folder / ("x" * 5000)
    elif kind == "secret":
        return folder / f"no\n\x1b[31m{'y' * 30}"
    return path


def _request(rng: random.Random) -> Case:
    request = json.loads(rng.choice(requests()))
    for _ in range(rng.choice((1, 1, 2, 4))):
        request = mutate_data(rng, request)
    return Case("request", request=request)


_MAKERS: dict[Callable[[random.Random], Case], float] = {
    _mutated_text: 25,
    _mutated_data: 25,
    _request: 20,
    _set: 10,
    _overlaid: 8,
    _hostile: 5,
    _planted: 5,
    _raw_bytes: 3,
    _odd: 1,
    _huge: 0.3,
}
