"""pydantic's errors -> one Problem each: place, bad value, nearest valid key, fix. Never a union dump."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from smtune.errors import Problem
from smtune.spec.yaml import Document, Path

_TYPES = {
    "string_type": ("text", "put it in quotes"),
    "int_type": ("a whole number", "write it without quotes and without a decimal point"),
    "int_from_float": ("a whole number", "write it without a decimal point"),
    "float_type": ("a number", "write it without quotes"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "tuple_type": ("a list", "write it as [a, b]"),
    "mapping_type": ("a mapping", "write keys and values, as in {key: value}"),
    "dict_type": ("a mapping", "write keys and values, as in {key: value}"),
    "model_type": ("a mapping", "write keys and values, as in {key: value}"),
    "model_attributes_type": ("a mapping", "write keys and values, as in {key: value}"),
    "is_instance_of": ("a mapping", "write keys and values, as in {key: value}"),
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("below", "lt"),
}


def explain(error: ErrorDetails, document: Document, root: type[BaseModel]) -> Problem:
    """What `error` means for the person who wrote `document`; `root` is the model it was checked against."""
    location = error["loc"]
    path: Path = tuple(part for part in location if not str(part).startswith("@"))
    message, fix = _sentence(error, root)
    line, column = document.place(path)
    return Problem(line, column, _dotted(path), message, fix)


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` most likely means, or None."""
    found = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return found[0] if found else None


def _sentence(error: ErrorDetails, root: type[BaseModel]) -> tuple[str, str]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "smtune":
        return context["message"], context["fix"]
    if kind == "extra_forbidden":
        return _unknown_key(str(error["loc"][-1]), fields_at(root, error["loc"][:-1]))
    if kind == "missing":
        return f"{error['loc'][-1]} is missing", f"add {error['loc'][-1]}:"
    if kind == "literal_error":
        return _wrong_choice(value, context["expected"])
    if kind == "union_tag_not_found":
        return (
            "says none of builtin, image, arn and script",
            "write algorithm: {builtin: xgboost, version: 1.7-1}",
        )
    if kind in _TYPES:
        wanted, fix = _TYPES[kind]
        return f"{_shown(value)} is not {wanted}", fix
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"{_shown(value)} is out of bounds", f"give a value {words} {context[key]}"
    return f"{_shown(value)}: {error['msg'][0].lower()}{error['msg'][1:]}", ""


def _unknown_key(key: str, valid: Iterable[str]) -> tuple[str, str]:
    names = sorted(valid)
    near = nearest(key, names)
    hint = f"did you mean {near}? " if near else ""
    return f"unknown key {key!r}", f"{hint}valid here: {', '.join(names)}"


def _wrong_choice(value: object, expected: str) -> tuple[str, str]:
    choices = [choice.strip("' ") for choice in expected.replace(" or ", ", ").split(", ")]
    near = nearest(str(value).lower(), choices)
    hint = f"did you mean {near}? " if near else ""
    return f"{_shown(value)} is not a choice", f"{hint}valid here: {', '.join(choices)}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _dotted(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def fields_at(root: type[BaseModel], location: tuple[str | int, ...]) -> set[str]:
    """The keys valid at `location`, a pydantic error's `loc` with its `@tags`."""
    candidates: dict[type[BaseModel], str | None] = {root: None}
    for part in location:
        if isinstance(part, str) and part.startswith("@"):
            candidates = {model: tag for model, tag in candidates.items() if tag == part}
        else:
            fields = [model.model_fields[part] for model in candidates if part in model.model_fields]
            if fields:
                candidates = {}
                for field in fields:
                    candidates.update(_models(field.annotation, None))
    return {name for model in candidates for name in model.model_fields}


def _models(annotation: Any, tag: str | None) -> Mapping[type[BaseModel], str | None]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation: tag}
    arguments = get_args(annotation)
    tags = [item.tag for item in arguments[1:] if isinstance(item, Tag)]
    found: dict[type[BaseModel], str | None] = {}
    for argument in arguments:
        found.update(_models(argument, tags[0] if tags else tag))
    return found
