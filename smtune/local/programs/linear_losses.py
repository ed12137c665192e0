"""The losses of the built-in linear learner, and their gradients by the margin, a value a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Loss:
    """A loss of margins (one a row, or one a row and class) and labels."""

    name: str
    """As its objective is called in the log."""
    value: Callable[[Array, Array, Values], Array]
    gradient: Callable[[Array, Array, Values], Array]


def _signs(labels: Array) -> Array:
    return np.where(labels > 0, 1.0, -1.0)


def _probabilities(margins: Array) -> Array:
    shifted = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _chosen(labels: Array, classes: int) -> Array:
    return np.asarray(np.arange(classes) == labels[:, None], np.float64)


def _cross_entropy(margins: Array, labels: Array, _: Values) -> Array:
    return np.asarray(np.logaddexp.reduce(margins, axis=1) - (margins * _chosen(labels, margins.shape[1])).sum(axis=1))


def _beyond(margins: Array, labels: Array, values: Values) -> Array:
    """How far a residual lies outside of the band of width `loss_insensitivity`, with its sign."""
    residual = margins - labels
    return np.asarray(np.sign(residual) * np.maximum(np.abs(residual) - values["loss_insensitivity"], 0))


def _huber(margins: Array, labels: Array, values: Values) -> Array:
    size, delta = np.abs(margins - labels), values["huber_delta"]
    return np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta))


def _quantile(margins: Array, labels: Array, values: Values) -> Array:
    missing = labels - margins
    return np.asarray(np.maximum(values["quantile"] * missing, (values["quantile"] - 1) * missing))


LOSSES: Mapping[str, Loss] = {
    "logistic": Loss(
        "binary_classification_cross_entropy",
        lambda m, y, _: np.logaddexp(0, -_signs(y) * m),
        lambda m, y, _: -_signs(y) * 0.5 * (1 - np.tanh(0.5 * _signs(y) * m)),
    ),
    "hinge_loss": Loss(
        "hinge_loss",
        lambda m, y, v: np.maximum(0, v["margin"] - _signs(y) * m),
        lambda m, y, v: np.where(_signs(y) * m < v["margin"], -_signs(y), 0),
    ),
    "softmax_loss": Loss(
        "multiclass_cross_entropy", _cross_entropy, lambda m, y, _: _probabilities(m) - _chosen(y, m.shape[1])
    ),
    "squared_loss": Loss("mse", lambda m, y, _: (m - y) ** 2, lambda m, y, _: 2 * (m - y)),
    "absolute_loss": Loss("absolute_loss", lambda m, y, _: np.abs(m - y), lambda m, y, _: np.sign(m - y)),
    "eps_insensitive_squared_loss": Loss(
        "eps_insensitive_squared_loss", lambda m, y, v: _beyond(m, y, v) ** 2, lambda m, y, v: 2 * _beyond(m, y, v)
    ),
    "eps_insensitive_absolute_loss": Loss(
        "eps_insensitive_absolute_loss",
        lambda m, y, v: np.abs(_beyond(m, y, v)),
        lambda m, y, v: np.sign(_beyond(m, y, v)),
    ),
    "huber_loss": Loss("huber_loss", _huber, lambda m, y, v: np.clip(m - y, -v["huber_delta"], v["huber_delta"])),
    "quantile_loss": Loss(
        "quantile_loss", _quantile, lambda m, y, v: np.where(m > y, 1 - v["quantile"], -v["quantile"])
    ),
}
OF_PREDICTOR: Mapping[str, tuple[str, ...]] = {
    "binary_classifier": ("logistic", "hinge_loss"),
    "multiclass_classifier": ("softmax_loss",),
    "regressor": (
        "squared_loss", "absolute_loss", "eps_insensitive_squared_loss", "eps_insensitive_absolute_loss",
        "quantile_loss", "huber_loss",
    ),
}  # fmt: skip
"""The losses a predictor may have; the first is what `auto` means."""
