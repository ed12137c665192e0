"""A spec -> what the files of each channel have to look like, as far as Amazon's pages or the container's code say it.

Sources, all below https://docs.aws.amazon.com/sagemaker/latest/dg: cdf-training (CSV has no header and the label first;
`label_size=0` has none), xgboost, linear-learner (labels 0 or 1, or 0 to num_classes - 1), InputOutput-LightGBM,
InputOutput-CatBoost, InputOutput-TabTransformer, blazingtext, deepar, object2vec, ip-insights-training-data-formats,
image-classification, object-detection, semantic-segmentation. The rules for XGBoost's labels are the library's own,
which refuses what breaks them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from smtune.algorithms.builtins import builtin
from smtune.spec import BuiltIn, Channel, Channels, Definition, Table, TuningSpec

Kind = Literal[
    "csv", "table", "jsonl", "libsvm", "parquet", "recordio", "protobuf", "lst", "images",
    "sentences", "labelled", "series", "pairs", "addresses", "other",
]  # fmt: skip
_PROTOBUF = "application/x-recordio-protobuf"
_CONTENT: Mapping[str, Kind] = {
    "text/csv": "csv", "csv": "csv", "text/libsvm": "libsvm", "text/x-libsvm": "libsvm", "libsvm": "libsvm",
    "application/x-parquet": "parquet", "parquet": "parquet", _PROTOBUF: "protobuf", "recordio-protobuf": "protobuf",
    "application/x-recordio": "recordio", "application/x-image": "images", "image/png": "images",
    "image/jpeg": "images", "application/jsonlines": "jsonl",
}  # fmt: skip
_NUMBERS_ONLY = {"xgboost", "linear-learner", "knn", "kmeans", "pca", "lda", "ntm", "randomcutforest"}
_LABEL_FIRST = {"xgboost", "linear-learner", "knn", "lightgbm", "catboost", "tabtransformer", "autogluon-tabular"}
DATA_CHANNELS = ("train", "training", "train_dev", "validation", "test")
"""The channels that are sets of rows, in the order of their use."""
_UNIT = {"binary:logistic", "binary:logitraw", "reg:logistic"}


@dataclass(frozen=True)
class LabelRule:
    """What a label has to be."""

    because: str
    """What asks for it, as in `objective: binary:logistic`."""
    least: float = -float("inf")
    most: float = float("inf")
    least_is_legal: bool = True
    whole: bool = False
    classes: int | None = None
    """How many classes there are, from 0."""
    usually_whole: bool = False
    """Whether fractions are legal, but seldom meant."""

    def words(self) -> str:
        """The legal values, in words."""
        if self.classes is not None:
            return f"a whole number from 0 to {self.classes - 1}"
        if self.most != float("inf"):
            what = "a whole number" if self.whole else "a number"
            return "0 or 1" if self.whole and self.most == 1 else f"{what} from {self.least:g} to {self.most:g}"
        what = "a whole number" if self.whole else "a number"
        if self.least == -float("inf"):
            return what
        return f"{what} {'of at least' if self.least_is_legal else 'above'} {self.least:g}"

    def accepts(self, value: float) -> bool:
        """Whether `value` is legal."""
        if self.whole and not value.is_integer():
            return False
        return self.least < value <= self.most or (self.least_is_legal and value == self.least)


@dataclass(frozen=True)
class Expected:
    """What the files of one channel are to be."""

    kind: Kind
    algorithm: str
    """The name of the built-in algorithm; empty for your own code."""
    numbers_only: bool = False
    label_first: bool = False
    has_label: bool = True
    rules: tuple[LabelRule, ...] = ()
    content_type: str | None = None
    """As the spec says it."""
    takes_missing: bool = False
    """Whether an empty cell is a missing value to the algorithm."""
    left_out: tuple[str, ...] = ()
    """Columns of a table that the algorithm never gets."""
    header: bool | None = None
    """Whether a CSV file begins with the names of its columns; None: see for yourself."""


def expected_of_channel(spec: TuningSpec, name: str, channel: Channel) -> Expected:
    """What the algorithms of `spec` want to find in a channel."""
    users = [item for item in spec.definitions if item.data is None or item.data is spec.data]
    built_in = next(((each, each.algorithm) for each in users if isinstance(each.algorithm, BuiltIn)), None)
    if built_in is None:
        return Expected("other", "", content_type=channel.content_type)
    definition, algorithm = built_in
    kind = _kind(algorithm.builtin, name, channel, definition)
    content = (channel.content_type or "").lower().replace(" ", "")
    has_label = "label_size=0" not in content and algorithm.builtin in _LABEL_FIRST
    return Expected(
        kind=kind,
        algorithm=algorithm.builtin,
        numbers_only=algorithm.builtin in _NUMBERS_ONLY,
        label_first=has_label,
        has_label=has_label,
        rules=tuple(dict.fromkeys(rule for each in users for rule in _rules(each))) if has_label else (),
        content_type=channel.content_type,
        takes_missing=algorithm.builtin in ("xgboost", "lightgbm", "catboost", "autogluon-tabular"),
    )


def expected_of_table(spec: TuningSpec, table: Table, *, label_first: bool) -> Expected:
    """What the algorithms of `spec` want to find in a table to split."""
    stand_in = Channels(channels={"train": Channel(uri="s3://bucket/train", content_type="text/csv")})
    found = expected_of_channel(spec.model_copy(update={"data": stand_in}), "train", stand_in.channels["train"])
    return dataclasses.replace(
        found,
        kind="table",
        label_first=False,
        numbers_only=found.numbers_only and label_first,
        left_out=tuple(column for column in (table.split.group, table.split.time) if column is not None),
    )


def data_channels(channels: Channels) -> dict[str, Channel]:
    """The channels of rows, train before validation before test; those that are held out too."""
    named = {**channels.channels, **channels.held_out}
    return {name: named[name] for name in DATA_CHANNELS if name in named}


def _kind(algorithm: str, name: str, channel: Channel, definition: Definition) -> Kind:
    if name not in DATA_CHANNELS:
        return "lst" if name.endswith("_lst") else "other"
    if algorithm == "blazingtext":
        supervised = definition.static.get("mode") == "supervised"
        return ("labelled" if supervised else "sentences") if channel.data_type is None else "other"
    fixed: Mapping[str, Kind] = {"forecasting-deepar": "series", "object2vec": "pairs", "ipinsights": "addresses"}
    if algorithm in fixed:
        return "parquet" if (channel.content_type or "").endswith("parquet") else fixed[algorithm]
    return kind_of_content(channel.content_type, algorithm)


def kind_of_content(content_type: str | None, algorithm: str) -> Kind:
    """What files of a content type are; without one what the built-in algorithm reads them as, where that is known."""
    if content_type is not None:
        return _CONTENT.get(content_type.partition(";")[0].strip().lower(), "other")
    if algorithm == "xgboost":
        return "libsvm"
    table = builtin(algorithm)
    types = table.content_types if table else ()
    return _CONTENT.get(types[0], "other") if len(types) == 1 else "other"


def _rules(definition: Definition) -> Iterator[LabelRule]:
    algorithm = definition.algorithm
    static = definition.static
    if isinstance(algorithm, BuiltIn) and algorithm.builtin == "xgboost":
        yield from _xgboost_rules(static)
    if isinstance(algorithm, BuiltIn) and algorithm.builtin == "linear-learner":
        predictor = static.get("predictor_type")
        because = f"predictor_type: {predictor}"
        if predictor == "binary_classifier":
            yield LabelRule(because, 0, 1, whole=True)
        elif predictor == "multiclass_classifier" and _count(static.get("num_classes")):
            yield LabelRule(because, 0, whole=True, **_classes(static.get("num_classes")))


def _xgboost_rules(static: Mapping[str, Any]) -> Iterator[LabelRule]:
    objective = str(static.get("objective", ""))
    because = f"objective: {objective}"
    if objective in _UNIT:
        yield LabelRule(because, 0, 1, usually_whole=objective.startswith("binary:"))
    elif objective.startswith("multi:") and _count(static.get("num_class")):
        yield LabelRule(because, 0, whole=True, **_classes(static.get("num_class")))
    elif objective in ("count:poisson", "reg:tweedie"):
        yield LabelRule(because, 0)
    elif objective == "reg:gamma":
        yield LabelRule(because, 0, least_is_legal=False)
    elif objective == "reg:squaredlogerror":
        yield LabelRule(because, -1, least_is_legal=False)
    elif objective == "rank:ndcg":
        yield LabelRule(because, 0, 31, whole=True)
    elif objective == "rank:map":
        yield LabelRule(because, 0, 1, whole=True)


def _count(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _classes(value: Any) -> dict[str, Any]:
    count = _count(value) or 0
    return {"most": count - 1, "classes": count}
