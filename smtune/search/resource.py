"""What Hyperband deals out, as a request says it: epochs, mostly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtune.definitions import definitions
from smtune.search.halving import Halving

EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
"""The static hyperparameters that Hyperband reads its largest resource from."""
_MOST = 20_000  # the service's own limit


def read_halving(request: Mapping[str, Any]) -> Halving | None:
    """What `request` asks of Hyperband; None for another strategy, or where it does not say the most epochs.

    MaxResource may be left out where a static hyperparameter (`epochs`, say) gives it; MinResource is 1 if left out.
    """
    config = request["HyperParameterTuningJobConfig"]
    if config["Strategy"] != "Hyperband":
        return None
    said = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    static = [definition.get("StaticHyperParameters", {}) for definition in definitions(request)]
    inferred = [int(item[key]) for item in static for key in EPOCHS if item.get(key, "").isdecimal()]
    high = said.get("MaxResource") or max((value for value in inferred if value <= _MOST), default=None)
    low = said.get("MinResource", 1)
    return Halving(low, high) if high and low <= high else None
