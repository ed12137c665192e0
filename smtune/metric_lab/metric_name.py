"""From what a log calls a number to a metric's name: `val_loss` is `validation:loss`, `epoch` is no metric."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Role = Literal["metric", "number", "counter"]
"""`number`: has a name, but not one that says it is a metric; `counter`: epochs, seconds, learning rates and such."""

_SETS = {
    "train": ("train", "training", "trn", "learn"),
    "validation": ("val", "valid", "validation", "eval", "evaluation", "dev"),
    "test": ("test", "testing", "holdout"),
}
_SET_OF = {word: name for name, words in _SETS.items() for word in words}
_METRICS = re.compile(
    r"loss|acc|accuracy|auc|auroc|auprc|aucpr|f1|f1score|precision|recall|rmsle|r?mse|mae|mape|smape|mphe|r2|m?error|err"
    r"|perplexity|ppl|bleu|rouge\w*|map|ndcg(@\w+)?|iou|miou|dice|score|kappa|mcc|nll|nloglik|cer|wer|psnr|ssim|fid|elbo"
    r"|reward|deviance|likelihood|entropy|metric|objective|sensitivity|specificity|m?logloss|\w*(loss|accuracy|error)"
)
_LESS = re.compile(r"\w*(loss|error|err)|r?mse|rmsle|mae|s?mape|mphe|perplexity|ppl|nll|nloglik|cer|wer|fid|deviance")
_MORE = re.compile(
    r"acc|\w*accuracy|auc|auroc|auprc|aucpr|f1|f1score|precision|recall|r2|map|ndcg(@\w+)?|m?iou|dice|bleu|rouge\w*"
    r"|kappa|mcc|psnr|ssim|elbo|reward"
)
_COUNTERS = re.compile(
    r"epochs?|steps?|iter(ation)?s?|batch(es)?|rounds?|time|elapsed|eta|remaining|seconds?|secs?|ms|minutes|hours|lr|rate"
    r"|seed|version|rank|port|pid|size|samples?|rows|runtime|num|count|total|fold|trial|mem(ory)?|[cg]pu|workers"
    r"|throughput|speed|norm|date|day|line"
)
_WORDS = re.compile(r"[^\W_]+(?:@[^\W_]+(?:\.\d+)?)?")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=1_000)
def words_of(name: str) -> tuple[str, ...]:
    """A name's words, in lower case: `valLoss`, `val_loss` and `Val loss` are the same two."""
    return tuple(word.lower() for word in _WORDS.findall(_HUMP.sub(" ", name.replace("'s", ""))))


@lru_cache(maxsize=1_000)
def set_of(name: str) -> str:
    """`train`, `validation` or `test` when the name says so; otherwise empty."""
    return next((_SET_OF[word] for word in words_of(name) if word in _SET_OF), "")


def metric_name(name: str) -> str:
    """The metric's name for what the log calls `name`: the set it is measured on, a colon, and the rest."""
    words, place = list(words_of(name)), set_of(name)
    if not place:
        return "_".join(words) or name
    at = next(index for index, word in enumerate(words) if word in _SET_OF)
    words.pop(at)
    if at < len(words) and words[at].isdecimal():
        words.pop(at)  # LightGBM's `valid_0`
    return f"{place}:{'_'.join(words) or 'value'}"


def role_of(name: str) -> Role:
    """What a number of this name most likely is."""
    words = words_of(name)
    if any(_METRICS.fullmatch(word) for word in words):
        return "metric"
    if any(_COUNTERS.fullmatch(word) for word in words):
        return "counter"
    return "metric" if set_of(name) else "number"


def is_maximized(name: str) -> bool | None:
    """Whether more of this metric is better; None where its name does not say."""
    for word in reversed(words_of(name)):
        if _LESS.fullmatch(word):
            return False
        if _MORE.fullmatch(word):
            return True
    return None
