"""Training of the built-in linear learner: mini-batches, with the documented optimizers and regularisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from smtune.local.programs.linear_losses import Loss

Array = npt.NDArray[np.float64]
_AUTO = {
    "learning_rate": 0.005, "wd": 0.0, "l1": 0.0, "beta_1": 0.9, "beta_2": 0.999, "momentum": 0.0,
    "bias_lr_mult": 10.0, "bias_wd_mult": 0.0, "lr_scheduler_step": 10, "lr_scheduler_factor": 0.99,
    "lr_scheduler_minimum_lr": 1e-5, "optimizer": "adam",
}  # fmt: skip
"""What `auto` means here; the service finds some of its own values by its data."""


@dataclass
class LinearModel:
    """Weights (features, outputs) and a bias for each output; margins have the shape (rows, outputs)."""

    weights: Array
    bias: Array

    def margins(self, rows: Array) -> Array:
        """One number a row and output; of one output, one a row."""
        found: Array = rows @ self.weights + self.bias
        return found[:, 0] if found.shape[1] == 1 else found

    def copy(self) -> LinearModel:
        """These weights, whatever becomes of them."""
        return LinearModel(self.weights.copy(), self.bias.copy())


@dataclass
class _Optimizer:
    """Steps of one array by its gradients; the memory of Adam, RMSProp or SGD with momentum."""

    values: Mapping[str, Any]
    first: Array
    second: Array
    count: int = 0

    def step(self, gradient: Array, rate: float) -> Array:
        """What to subtract."""
        self.count += 1
        kind, low, high = self.values["optimizer"], self.values["beta_1"], self.values["beta_2"]
        if kind == "sgd":
            self.first = self.values["momentum"] * self.first + gradient
            return rate * self.first
        self.second = high * self.second + (1 - high) * gradient**2
        if kind == "rmsprop":
            return np.asarray(rate * gradient / (np.sqrt(self.second) + 1e-8))
        self.first = low * self.first + (1 - low) * gradient
        mean, square = self.first / (1 - low**self.count), self.second / (1 - high**self.count)
        return np.asarray(rate * mean / (np.sqrt(square) + 1e-8))


def resolved(values: Mapping[str, Any]) -> dict[str, Any]:
    """The hyperparameters with a value for each `auto` of the optimizer."""
    return {name: _AUTO[name] if value == "auto" and name in _AUTO else value for name, value in values.items()}


@dataclass(frozen=True)
class Data:
    """What a model is fitted to: `weights` says how much each row counts."""

    rows: Array
    labels: Array
    weights: Array


@dataclass
class Trainer:
    """Fits a model epoch by epoch; `epoch_loss` judges a model after each, on validation data where there are any."""

    loss: Loss
    values: Mapping[str, Any]
    outputs: int
    epoch_loss: Callable[[int, LinearModel], float]
    draw: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def fit(self, data: Data) -> LinearModel:
        """The best model of all epochs, ended early where `early_stopping_patience` epochs bring nothing."""
        model = self._initial(data.rows.shape[1])
        best, lowest, since = model.copy(), np.inf, 0
        steps = self._optimizers(model)
        for epoch in range(self.values["epochs"]):
            for batch in self._batches(data):
                self._step(model, batch, steps)
            loss = self.epoch_loss(epoch, model)
            needed = self.values["early_stopping_tolerance"] * abs(lowest) if np.isfinite(lowest) else 0.0
            since = 0 if loss < lowest - needed else since + 1
            if loss < lowest:
                best, lowest = model.copy(), loss
            if since >= self.values["early_stopping_patience"]:
                break
        return best

    def _initial(self, width: int) -> LinearModel:
        shape, scale = (width, self.outputs), self.values["init_scale"]
        if self.values["init_method"] == "uniform":
            weights = self.draw.uniform(-scale, scale, shape)
        else:
            weights = self.draw.normal(0, self.values["init_sigma"], shape)
        return LinearModel(weights, np.full(self.outputs, self.values["init_bias"], np.float64))

    def _optimizers(self, model: LinearModel) -> tuple[_Optimizer, _Optimizer]:
        arrays = (model.weights, model.bias)
        first, second = (_Optimizer(self.values, np.zeros_like(each), np.zeros_like(each)) for each in arrays)
        return first, second

    def _batches(self, data: Data) -> Iterator[Data]:
        order, size = self.draw.permutation(len(data.labels)), self.values["mini_batch_size"]
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            yield Data(data.rows[chosen], data.labels[chosen], data.weights[chosen])

    def _step(self, model: LinearModel, batch: Data, steps: tuple[_Optimizer, _Optimizer]) -> None:
        values, count = self.values, len(batch.labels)
        by_margin = self.loss.gradient(model.margins(batch.rows), batch.labels, values)
        weighted = (by_margin.reshape(count, -1) * batch.weights[:, None]) / count
        rate = self._rate(steps[0].count)
        downhill = batch.rows.T @ weighted + values["wd"] * model.weights
        model.weights[...] = _moved(model.weights, downhill, values["l1"], lambda each: steps[0].step(each, rate))
        if values["use_bias"]:
            decay = values["wd"] * values["bias_wd_mult"] * model.bias
            model.bias -= steps[1].step(weighted.sum(axis=0) + decay, rate * values["bias_lr_mult"])

    def _rate(self, steps: int) -> float:
        rate: float = self.values["learning_rate"]
        if not self.values["use_lr_scheduler"]:
            return rate
        factor: float = self.values["lr_scheduler_factor"] ** (steps // self.values["lr_scheduler_step"])
        least: float = self.values["lr_scheduler_minimum_lr"]
        return max(rate * factor, min(rate, least))


def _moved(weights: Array, gradient: Array, l1: float, step: Callable[[Array], Array]) -> Array:
    """Weights after a step; with `l1` none goes through zero, and one at zero leaves it for a steeper gradient."""
    if not l1:
        return weights - step(gradient)
    leaving = np.sign(gradient) * np.maximum(np.abs(gradient) - l1, 0)
    new = weights - step(np.where(weights == 0, leaving, gradient + l1 * np.sign(weights)))
    return np.where((weights != 0) & (new * weights < 0) | ((weights == 0) & (leaving == 0)), 0.0, new)
