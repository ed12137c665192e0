"""An objective of the user's own: an expression of the hyperparameters, or a function of a module or a file."""

from __future__ import annotations

import importlib
import importlib.util
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from smtune.errors import UsageError

Objective = Callable[[Mapping[str, Any], int], Sequence[float]]
"""Hyperparameters, and how many values a training job prints -> those values: several are a learning curve."""
_FUNCTION = re.compile(r"(?P<home>[\w./\\~-]+):(?P<name>[A-Za-z_]\w*)")
_MATH = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
_HIDDEN = ("_", "sagemaker_")
_NAMES: Mapping[str, Any] = {**_MATH, "abs": abs, "min": min, "max": max, "round": round, "float": float, "int": int}


def read_objective(text: str) -> Objective:
    """`1 - (eta - 0.1) ** 2`, `module:function` or `folder/file.py:function`; raises UsageError.

    An expression has the hyperparameters by their names (`learning_rate` for `learning-rate`, `lambda_` for `lambda`),
    Python's math, and `epoch` (from 1) of `epochs`: with `epoch` it is evaluated for each, else once. A function gets
    the hyperparameters as a dict and gives one value or several.
    """
    found = _FUNCTION.fullmatch(text.strip())
    if found is not None:
        return _called(_function(found["home"], found["name"]), text)
    try:
        code = compile(text.strip(), "--objective", "eval")
    except (SyntaxError, ValueError) as error:
        message = f"--objective {text!r} is neither a Python expression nor module:function: {error}"
        raise UsageError(message) from None
    return _evaluated(code, text)


def _evaluated(code: CodeType, text: str) -> Objective:
    per_epoch = "epoch" in code.co_names

    def objective(hyperparameters: Mapping[str, Any], epochs: int) -> Sequence[float]:
        known = {_name(name): value for name, value in hyperparameters.items() if not name.startswith(_HIDDEN)}
        values = []
        for epoch in range(1, epochs + 1) if per_epoch else (epochs,):
            names = {**_NAMES, **known, "epoch": epoch, "epochs": epochs, "__builtins__": {}}
            values.append(_evaluate(code, names, text, known))
        return _numbers(values, text)

    return objective


def _name(hyperparameter: str) -> str:
    """What a hyperparameter is called in an expression."""
    name = re.sub(r"\W", "_", hyperparameter)
    return f"{name}_" if iskeyword(name) else name


def _evaluate(code: CodeType, names: dict[str, Any], text: str, known: Mapping[str, Any]) -> Any:
    try:
        return eval(code, names)  # noqa: S307  the user's own command line
    except NameError as error:
        message = f"--objective {text!r}: {error}; there are {', '.join(known)}, epoch, epochs, and Python's math"
        raise UsageError(message) from None
    except Exception as error:  # whatever it raises, it is the expression's
        message = f"--objective {text!r} raised {type(error).__name__}: {error}, for {dict(known)}"
        raise UsageError(message) from error


def _called(function: Callable[[dict[str, Any]], Any], text: str) -> Objective:
    def objective(hyperparameters: Mapping[str, Any], epochs: int) -> Sequence[float]:  # noqa: ARG001  it knows itself
        try:
            said = function(dict(hyperparameters))
        except Exception as error:  # whatever it raises, it is the function's
            message = f"--objective {text} raised {type(error).__name__}: {error}, for {dict(hyperparameters)}"
            raise UsageError(message) from error
        return _numbers(said, text)

    return objective


def _numbers(said: Any, text: str) -> Sequence[float]:
    try:
        values = tuple(map(float, said)) if hasattr(said, "__iter__") else (float(said),)
    except (TypeError, ValueError):
        values = ()
    if not values:
        message = f"--objective {text} gave {said!r}: a number is needed, or several"
        raise UsageError(message)
    return values


def _function(home: str, name: str) -> Callable[[dict[str, Any]], Any]:
    try:
        module = _module_of_file(Path(home).expanduser()) if home.endswith(".py") else _module(home)
    except Exception as error:  # whatever the module raises while it is imported
        message = f"--objective {home}:{name} cannot be imported: {type(error).__name__}: {error}"
        raise UsageError(message) from error
    found = getattr(module, name, None)
    if not callable(found):
        message = f"--objective {home}:{name}: there is no function {name} in {home}"
        raise UsageError(message)
    function: Callable[[dict[str, Any]], Any] = found
    return function


def _module(home: str) -> ModuleType:
    """A module, also one of the current folder, as `python -m` finds it."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    return importlib.import_module(home)


def _module_of_file(file: Path) -> ModuleType:
    description = importlib.util.spec_from_file_location(f"smtune_objective_{file.stem}", file)
    if description is None or description.loader is None or not file.is_file():
        message = f"there is no file {file}"
        raise FileNotFoundError(message)
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module
