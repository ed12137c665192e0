"""Changes to what is valid: texts by characters, lines and words; data by keys and values."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from .texts import NUMBERS, UNICODE, WORDS, hostile_scalar

TOKENS = (*NUMBERS, *WORDS, *UNICODE, ": ", "- ", "\n", "\n  ", "{}", "[]", "'", '"', "  ", "\t")


def mutate_text(rng: random.Random, text: str, others: tuple[str, ...]) -> str:
    """`text` with one change; `others` is where foreign parts come from."""
    place = rng.randrange(len(text) + 1)
    end = min(len(text), place + rng.choice((1, 1, 3, 10, 100)))
    other = rng.choice(others)
    cut = rng.randrange(len(other) + 1)
    changes: tuple[Callable[[], str], ...] = (
        lambda: text[:place] + rng.choice(TOKENS) + text[place:],
        lambda: text[:place] + rng.choice(TOKENS) + text[end:],
        lambda: text[:place] + text[end:],
        lambda: text[:end] + text[place:],
        lambda: text[:place],
        lambda: text[:place] + chr(rng.choice((rng.randrange(128), rng.randrange(0xD800)))) + text[end:],
        lambda: text[:place] + other[cut : cut + 200] + text[place:],
        lambda: text[:place] + other[cut:],
        lambda: _lines(rng, text),
        lambda: _word(rng, text),
    )
    return rng.choice(changes)()[:1_200_000]


def _lines(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True) or [""]
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = rng.choice(
        (
            (lines[other], lines[one]),
            (lines[one], lines[one]),
            (f"  {lines[one]}", lines[other]),
            (lines[one].lstrip(), lines[other]),
            ("", lines[other]),
        )
    )
    return "".join(lines)


def _word(rng: random.Random, text: str) -> str:
    words = [word for word in text.replace("{", " ").replace("}", " ").split() if word]
    return text.replace(rng.choice(words), rng.choice((rng.choice(words), rng.choice(TOKENS))), 1) if words else text


def mutate_data(rng: random.Random, data: Any) -> Any:
    """A copy of `data` with one value, key or item changed."""
    result = copy.deepcopy(data)
    holders = [holder for holder in _holders(result) if holder]
    if not holders:
        return hostile_scalar(rng)
    holder = rng.choice(holders)
    key = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
    changes = (_replace, _replace, _tweak, _tweak, _tweak, _remove, _add, _rename, _nest, _exchange)
    rng.choice(changes)(rng, holder, key, holders)
    return result


def _holders(data: Any) -> list[Any]:
    """Every mapping and list in `data`."""
    if isinstance(data, dict):
        return [data, *(holder for item in data.values() for holder in _holders(item))]
    if isinstance(data, list):
        return [data, *(holder for item in data for holder in _holders(item))]
    return []


def _replace(rng: random.Random, holder: Any, key: Any, holders: list[Any]) -> None:
    holder[key] = hostile_scalar(rng)


def _tweak(rng: random.Random, holder: Any, key: Any, holders: list[Any]) -> None:
    """Another value of the same kind, which is often a legal one."""
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int | float):
        holder[key] = rng.choice(
            (value + 1, value * 2, -value, *([value / 2, value * 1e-7] if abs(value) < 1e300 else []))
        )
    elif isinstance(value, str):
        holder[key] = rng.choice((value + "x", value.upper(), value[:-1], value * 2, f"${{env:FUZZ_TEXT}}{value}"))
    elif isinstance(value, list):
        rng.shuffle(value)


def _remove(rng: random.Random, holder: Any, key: Any, holders: list[Any]) -> None:
    del holder[key]


def _add(rng: random.Random, holder: Any, key: Any, holders: list[Any]) -> None:
    value = hostile_scalar(rng)
    if isinstance(holder, dict):
        new = rng.choice((str(hostile_scalar(rng)), f"{key}x", "Unknown", "raw", *_some_keys(rng, holders)))
        holder[new] = value
    else:
        holder.insert(key, rng.choice((value, copy.deepcopy(holder[key]))))


def _rename(rng: random.Random, holder: Any, key: Any, holders: list[Any]) -> None:
    if isinstance(holder, dict):
        new = rng.choice((str(key)[:-1], f"{key}s", str(key).upper(), str(hostile_scalar(rng)), "x" * 2000))
        holder[new] = holder.pop(key)


def _nest(rng: random.Random, holder: Any, key: Any, holders: list[Any]) -> None:
    value = holder[key]
    for _ in range(rng.choice((1, 1, 5, 40))):
        value = rng.choice(([value], {"a": value}))
    holder[key] = value


def _exchange(rng: random.Random, holder: Any, key: Any, holders: list[Any]) -> None:
    """Gives `key` a copy of what stands elsewhere."""
    other = rng.choice(holders)
    values = list(other.values()) if isinstance(other, dict) else other
    holder[key] = copy.deepcopy(rng.choice((rng.choice(values), other)))


def _some_keys(rng: random.Random, holders: list[Any]) -> list[str]:
    holder = rng.choice(holders)
    return [str(key) for key in holder] if isinstance(holder, dict) else []
