"""xgboost, imported without its scikit-learn interface.

`import xgboost` also imports scikit-learn, where that is installed, for `XGBClassifier` and its like: four
fifths of the time a training job here takes to start. Nothing here uses that interface. A process that
imported either library before keeps what it has.
"""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

from smtune.errors import ConfigurationError

_PLACE = re.compile(r"^\[\d\d:\d\d:\d\d\] \S+:\d+: ")


def reason(error: Exception) -> str:
    """What xgboost says, without the place in its source and without the stack."""
    return _PLACE.sub("", str(error).splitlines()[0])


def _import() -> Any:
    hide = "sklearn" not in sys.modules and "xgboost" not in sys.modules
    if hide:
        sys.modules["sklearn"] = None  # type: ignore[assignment]  # "import sklearn" now fails
    try:
        return importlib.import_module("xgboost")
    except ModuleNotFoundError as error:
        message = "the built-in XGBoost needs the package xgboost here: pip install 'smtune[xgboost]'"
        raise ConfigurationError(message) from error
    finally:
        if hide:
            del sys.modules["sklearn"]


xgb = _import()
