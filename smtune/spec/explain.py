"""pydantic's errors -> one Problem each: place, bad value, nearest valid key, fix. Never a union dump."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from smtune.errors import Problem, dotted, shown
from smtune.naming import is_secret_name
from smtune.spec.algorithm import ALGORITHMS
from smtune.spec.yaml import Document, Path

_TYPES = {
    "string_type": ("text", "put it in quotes"),
    "int_type": ("a whole number", "write a plain number, without quotes and without a decimal point"),
    "int_from_float": ("a whole number", "write it without a decimal point"),
    "float_type": ("a number", "write a plain number, without quotes"),
    "finite_number": ("a finite number", "write a number between -1.8e308 and 1.8e308"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "tuple_type": ("a list", "write it as [a, b]"),
    "mapping_type": ("a mapping", "write keys and values, as in {key: value}"),
    "dict_type": ("a mapping", "write keys and values, as in {key: value}"),
    "model_type": ("a mapping", "write keys and values, as in {key: value}"),
    "model_attributes_type": ("a mapping", "write keys and values, as in {key: value}"),
    "too_short": ("enough", "give at least one"),
    "is_instance_of": ("a mapping", "write keys and values, as in {key: value}"),
}
_OWN = ("environment", "hyperparameters", "tags")
_LISTED = 12  # of more keys than these, only the nearest is named
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("below", "lt"),
}


def explain(error: ErrorDetails, document: Document, root: type[BaseModel]) -> Problem:
    """What `error` means for the person who wrote `document`; `root` is the model it was checked against."""
    path, _ = locate(root, error["loc"])
    message, fix = _sentence(error, root)
    if _is_secret(path) and error["type"] not in ("missing", "extra_forbidden"):
        message, fix = "the value cannot be used here", "write text; its name looks secret, so the value is not shown"
    line, column = document.place(path)
    return Problem(line, column, dotted(path), message, fix)


def _is_secret(path: Path) -> bool:
    """Whether a key is one of the user's own, by a name that people give to secrets."""
    return any(part in _OWN and is_secret_name(str(name)) for part, name in itertools.pairwise(path))


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` most likely means, or None."""
    found = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return found[0] if found else None


def _sentence(error: ErrorDetails, root: type[BaseModel]) -> tuple[str, str]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "smtune":
        return context["message"], context["fix"]
    if kind == "extra_forbidden":
        _, valid = locate(root, error["loc"][:-1])
        return _unknown_key(str(error["loc"][-1]), valid)
    if kind == "missing":
        return f"{error['loc'][-1]} is missing", f"add {error['loc'][-1]}:"
    if kind == "literal_error":
        return _wrong_choice(value, context["expected"])
    if kind == "union_tag_not_found":
        return _untagged(value)
    if kind in _TYPES:
        wanted, fix = _TYPES[kind]
        return ("the value is missing" if value is None else f"{shown(value)} is not {wanted}"), fix
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"{shown(value)} is out of bounds", f"give a value {words} {context[key]}"
    return f"{shown(value)}: {error['msg'][0].lower()}{error['msg'][1:]}", ""


def _untagged(value: object) -> tuple[str, str]:
    found = [nearest(str(key), ALGORITHMS) for key in value] if isinstance(value, Mapping) else []
    near = next((name for name in found if name), None)
    hint = f"did you mean {near}? " if near else ""
    return "says none of builtin, image, arn and script", f"{hint}write it as {{builtin: xgboost, version: 1.7-1}}"


def _unknown_key(key: str, valid: Iterable[str]) -> tuple[str, str]:
    names = sorted(valid)
    near = nearest(key, names)
    if near and len(names) > _LISTED:
        return f"unknown key {shown(key)}", f"did you mean {near}?"
    hint = f"did you mean {near}? " if near else ""
    return f"unknown key {shown(key)}", f"{hint}valid here: {', '.join(names)}"


def _wrong_choice(value: object, expected: str) -> tuple[str, str]:
    choices = [choice.strip("' ") for choice in expected.replace(" or ", ", ").split(", ")]
    near = nearest(str(value).lower(), choices)
    hint = f"did you mean {near}? " if near else ""
    return f"{shown(value)} is not a choice", f"{hint}valid here: {', '.join(choices)}"


def locate(root: type[BaseModel], location: tuple[str | int, ...]) -> tuple[Path, set[str]]:
    """A pydantic error's `loc` without the tags of unions: the document's path, and the keys valid there."""
    path, here = list[str | int](), dict[str | None, Any]({None: root})
    for part in location:
        if part in here:
            here = {None: here[str(part)]}
        else:
            path.append(part)
            here = _below(here, part)
    return tuple(path), {name for kind in here.values() if _is_model(kind) for name in kind.model_fields}


def _below(here: Mapping[str | None, Any], part: str | int) -> dict[str | None, Any]:
    """What can stand at `part` of any of these types: its own types, those of a union by their tags."""
    for kind in here.values():
        if _is_model(kind):
            field = kind.model_fields.get(str(part))
            return {} if field is None else _kinds(field.annotation, None)
        if get_origin(kind) in (Mapping, tuple):
            return _kinds(get_args(kind)[get_origin(kind) is Mapping], None)
    return {}


def _kinds(annotation: Any, tag: str | None) -> dict[str | None, Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        tags = [item.tag for item in arguments[1:] if isinstance(item, Tag)]
        return _kinds(arguments[0], tags[0] if tags else tag)
    if origin in (Union, UnionType):
        return {key: kind for argument in arguments for key, kind in _kinds(argument, tag).items()}
    return {} if annotation is NoneType else {tag: annotation}


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
