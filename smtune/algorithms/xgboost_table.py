"""The built-in XGBoost's hyperparameters and metrics (image repository `sagemaker-xgboost`, version 1.7-1).

Names, ranges and defaults are the training container's own, its oddities included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

REPOSITORY = "sagemaker-xgboost"
VERSION = "1.7-1"
"""The container's version whose rules these are."""
OBJECTIVE_METRIC = "_tuning_objective_metric"
"""The service adds it to every training job of a tuning job, with the objective metric's name."""

MAXIMIZED = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg",
    "precision", "r2", "recall", "precision_macro", "precision_micro", "recall_macro", "recall_micro",
)  # fmt: skip
MINIMIZED = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy",
    "logloss", "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle",
    "tweedie-nloglik",
)  # fmt: skip
METRICS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(MAXIMIZED, "Maximize") | dict.fromkeys(MINIMIZED, "Minimize")
)
"""Every metric's direction, as a tuning job names it."""

SKLEARN_METRICS = frozenset(
    {
        "accuracy", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "mae", "mse", "precision",
        "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro", "rmse",
    }
)  # fmt: skip
"""The container computes these itself, from the raw margin; XGBoost computes the others."""

DEFAULT_METRICS: Mapping[str, str] = MappingProxyType(
    {
        "binary:logistic": "logloss", "binary:logitraw": "logloss", "binary:hinge": "error",
        "count:poisson": "poisson-nloglik", "multi:softmax": "mlogloss", "multi:softprob": "mlogloss",
        "rank:pairwise": "map", "rank:ndcg": "map", "rank:map": "map", "reg:gamma": "gamma-nloglik",
        "reg:pseudohubererror": "mphe", "reg:squaredlogerror": "rmsle", "reg:absoluteerror": "mae",
        "reg:tweedie": "tweedie-nloglik", "survival:aft": "aft-nloglik", "survival:cox": "cox-nloglik",
    }
)  # fmt: skip
"""What XGBoost 1.7 evaluates when it is given no metric of its own; `rmse` for every other objective."""


@dataclass(frozen=True)
class Hyperparameter:
    """One hyperparameter of the container."""

    name: str
    kind: str
    """`int`, `float`, `categorical`, `list` (comma separated), `tuple` or `nested` (list of lists)."""
    legal: str
    """The legal range, as the container prints it: `[0, 1]`, `(0, +inf)`, `['row', 'col']`."""
    choices: tuple[str, ...] = ()
    recommended: tuple[float, float] | None = None
    """The range AWS recommends to search; given for the tunable ones only."""
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def tunable(self) -> bool:
        """Whether a tuning job may search it."""
        return self.recommended is not None


def _choice(name: str, *choices: str, kind: str = "categorical") -> Hyperparameter:
    return Hyperparameter(name, kind, str(list(choices)), choices)


_UNIT, _SHARE, _POSITIVE = "[0, 1]", "(0, 1]", "[0, +inf)"
_ALL: tuple[Hyperparameter, ...] = (
    Hyperparameter("num_round", "int", "[1, +inf)", recommended=(1, 4000), required=True),
    Hyperparameter("csv_weights", "int", _UNIT),
    Hyperparameter("early_stopping_rounds", "int", "[1, +inf)"),
    _choice("booster", "gbtree", "gblinear", "dart"),
    Hyperparameter("verbosity", "int", "[0, 3]"),
    Hyperparameter("nthread", "int", "[1, +inf)"),
    Hyperparameter("eta", "float", _UNIT, recommended=(0.1, 0.5), aliases=("learning_rate",)),
    Hyperparameter("gamma", "float", _POSITIVE, recommended=(0, 5), aliases=("min_split_loss",)),
    Hyperparameter("max_depth", "int", _POSITIVE, recommended=(0, 10)),
    Hyperparameter("min_child_weight", "float", _POSITIVE, recommended=(0, 120)),
    Hyperparameter("max_delta_step", "float", _POSITIVE, recommended=(0, 10)),
    Hyperparameter("subsample", "float", _SHARE, recommended=(0.5, 1)),
    Hyperparameter("colsample_bytree", "float", _SHARE, recommended=(0.5, 1)),
    Hyperparameter("colsample_bylevel", "float", _SHARE, recommended=(0.1, 1)),
    Hyperparameter("colsample_bynode", "float", _SHARE, recommended=(0.1, 1)),
    Hyperparameter("lambda", "float", _POSITIVE, recommended=(0, 1000), aliases=("reg_lambda",)),
    Hyperparameter("alpha", "float", _POSITIVE, recommended=(0, 1000), aliases=("reg_alpha",)),
    _choice("tree_method", "auto", "exact", "approx", "hist", "gpu_hist"),
    Hyperparameter("sketch_eps", "float", "(0, 1)"),
    Hyperparameter("scale_pos_weight", "float", "(0, +inf)"),
    _choice(
        "updater", "grow_colmaker", "distcol", "grow_histmaker", "grow_skmaker", "sync", "refresh", "prune",
        "grow_colmaker", "distcol", "grow_histmaker", "grow_colmaker", "shotgun", "coord_descent", "refresh",
        "prune", kind="list",
    ),
    _choice("dsplit", "row", "col"),
    Hyperparameter("refresh_leaf", "int", _UNIT),
    _choice("process_type", "default", "update"),
    _choice("grow_policy", "depthwise", "lossguide"),
    Hyperparameter("max_leaves", "int", _POSITIVE),
    Hyperparameter("max_bin", "int", _POSITIVE),
    _choice("predictor", "auto", "cpu_predictor", "gpu_predictor"),
    Hyperparameter("monotone_constraints", "tuple", "[-1, 0, 1]"),
    Hyperparameter("interaction_constraints", "nested", "[1, +inf)"),
    _choice("sample_type", "uniform", "weighted"),
    _choice("normalize_type", "tree", "forest"),
    Hyperparameter("rate_drop", "float", _UNIT),
    Hyperparameter("one_drop", "int", _UNIT),
    Hyperparameter("skip_drop", "float", _UNIT),
    Hyperparameter("lambda_bias", "float", _UNIT),
    Hyperparameter("tweedie_variance_power", "float", "(1, 2)"),
    _choice(
        "objective", "aft_loss_distribution", "binary:logistic", "binary:logitraw", "binary:hinge",
        "count:poisson", "multi:softmax", "multi:softprob", "rank:pairwise", "rank:ndcg", "rank:map",
        "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma", "reg:pseudohubererror",
        "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox",
    ),
    Hyperparameter("num_class", "int", "[2, +inf)"),
    Hyperparameter("base_score", "float", _POSITIVE),
    Hyperparameter("_kfold", "int", "[2, +inf)"),
    Hyperparameter("_num_cv_round", "int", "[1, +inf)"),
    _choice(OBJECTIVE_METRIC, *(f"validation:{name}" for name in METRICS)),
    _choice("eval_metric", *METRICS, kind="list"),
    Hyperparameter("seed", "int", "(-2147483648, 2147483647)"),
    Hyperparameter("num_parallel_tree", "int", "[1, +inf)"),
    _choice("save_model_on_termination", "true", "false"),
    _choice("aft_loss_distribution", "normal", "logistic", "extreme"),
    Hyperparameter("aft_loss_distribution_scale", "float", _POSITIVE),
    _choice("deterministic_histogram", "true", "false"),
    _choice("sampling_method", "uniform", "gradient_based"),
    Hyperparameter("prob_buffer_row", "int", "(1.0, +inf)"),
    _choice("use_dask_gpu_training", "true", "false"),
)  # fmt: skip
HYPERPARAMETERS: Mapping[str, Hyperparameter] = MappingProxyType({each.name: each for each in _ALL})
ALIASES: Mapping[str, str] = MappingProxyType({alias: each.name for each in _ALL for alias in each.aliases})
