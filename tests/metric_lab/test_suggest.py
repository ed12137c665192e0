"""Metrics of a sample log, with regexes that are proven on it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from smtune.metric_lab import Suggestions, number_lines, print_line, suggest
from smtune.metrics import Scraper
from smtune.spec.yaml import parse_yaml

Row = Mapping[str, str]


def found_in(*texts: str) -> Suggestions:
    return suggest(number_lines(texts))


def regexes(*texts: str) -> dict[str, str]:
    return {item.metric: item.regex for item in found_in(*texts).metrics}


def read(regex: str, texts: Sequence[str]) -> list[float]:
    scraper = Scraper([{"Name": "m", "Regex": regex}])
    return [item.value for text in texts for item in scraper.read(text, 0.0)]


def equal(left: Sequence[float], right: Sequence[float]) -> bool:
    return len(left) == len(right) and all(
        one == other or (math.isnan(one) and math.isnan(other)) for one, other in zip(left, right, strict=True)
    )


# Each writes one row of a log: names and numbers as text.
FORMATS: Mapping[str, Callable[[int, Row], list[str]]] = {
    "key=value": lambda n, row: [f"epoch {n} " + " ".join(f"{k}={v}" for k, v in row.items())],
    "commas": lambda _, row: [", ".join(f"{k}={v}" for k, v in row.items())],
    "colons": lambda n, row: [f"INFO step {n}; " + "; ".join(f"{k}: {v}" for k, v in row.items())],
    "aligned": lambda _, row: ["  ".join(f"{k:<14}= {v:>12}" for k, v in row.items())],
    "line by line": lambda _, row: [f"{k} = {v}" for k, v in row.items()],
    "Keras": lambda n, row: [f"{n}/9 - 3s - 10ms/step" + "".join(f" - {k}: {v}" for k, v in row.items())],
    "XGBoost": lambda n, row: [f"[{n}]" + "".join(f"\t{k}:{v}" for k, v in row.items())],
    "XGBoost, logged": lambda n, row: [f"[{n}]" + "".join(f"#011{k}:{v}" for k, v in row.items())],
    "Hugging Face": lambda n, row: ["{" + ", ".join(f"'{k}': {v}" for k, v in row.items()) + f", 'epoch': {n}.0}}"],
    "Hugging Face, text": lambda _, row: ["{" + ", ".join(f"'{k}': '{v}'" for k, v in row.items()) + "}"],
    "JSON": lambda n, row: ["{" + ", ".join(f'"{k}": {v}' for k, v in row.items()) + f', "epoch": {n}}}'],
    "JSON, tight": lambda n, row: [f'{{"epoch":{n},' + ",".join(f'"{k}":{v}' for k, v in row.items()) + "}"],
    "bars": lambda n, row: [f"| epoch {n:03d} | " + " | ".join(f"{k} {v}" for k, v in row.items()) + " |"],
    "dashes": lambda n, row: [f"epoch {n} - " + " - ".join(f"{k} {v}" for k, v in row.items())],
    "bar": lambda n, row: [f"Epoch {n}: 100%|██| 10/10 [00:01<00:00, 5.0it/s, v_num=0, "
                           + ", ".join(f"{k}={v}" for k, v in row.items()) + "]"],
    "logging": lambda n, row: [f"2026-05-04 09:12:0{n % 10},120 INFO __main__: "
                               + ", ".join(f"{k}: {v}" for k, v in row.items())],
    "logger": lambda _, row: [f"INFO:root:{k}={v}" for k, v in row.items()],
    "colour": lambda _, row: [" ".join(f"\x1b[1m{k}\x1b[0m=\x1b[32m{v}\x1b[0m" for k, v in row.items())],
}  # fmt: skip
NAMES = (
    "loss", "val_loss", "train_loss", "val-loss", "loss_2", "rmse", "train-rmse", "validation-rmse", "validation:rmse",
    "eval/loss", "F1", "ndcg@10", "ndcg@1", "accuracy", "val_accuracy", "valAccuracy", "top-1", "top-5", "r2",
    "error@0.7",
)  # fmt: skip
NOISE = (
    "", "starting", "Epoch 3 done in 3.2s", "2026-05-04 09:12:01 saving the loss and the rmse", "val_loss improved",
    "loss: not computed", "at 12:30, 1/10 of 1,234 rows", "\x00\xff\ufffd", "-" * 80,
    "GET /?rmse HTTP/1.1 from 10.0.0.1",
    "rmse", "loss=", "F1 is nan? no", "Traceback (most recent call last):", "  rows: 398, columns: 30",
)  # fmt: skip


def written(number: float) -> st.SearchStrategy[str]:
    return st.sampled_from([repr(number), f"{number:.10g}", f"{number:.4f}", f"{number:e}", f"{number:+.3g}"])


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).flatmap(written),
    st.floats(-10, 10).flatmap(written),
    st.integers(-(10**6), 10**6).map(str),
    st.sampled_from(["8.3e-05", "-1e+30", "nan", "NaN", "inf", "-inf", "Infinity", "1.", ".5", "0"]),
)


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[str], dict[str, list[float]]]:
    """A log, and the numbers planted in it by name."""
    write = FORMATS[draw(st.sampled_from(sorted(FORMATS)))]
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    texts, planted = list[str](), dict[str, list[float]]()
    for index in range(draw(st.integers(1, 8))):
        texts += draw(st.lists(st.sampled_from(NOISE), max_size=2))
        some = draw(st.lists(st.sampled_from(names), min_size=1, unique=True)) if index else names
        row = {name: draw(NUMBERS) for name in some}
        texts += write(index, row)
        for name, text in row.items():
            planted.setdefault(name, []).append(float(text))
    return texts, planted


@given(logs())
@examples(150)
def test_every_regex_captures_the_planted_values_in_order_and_nothing_else(
    log: tuple[list[str], dict[str, list[float]]],
) -> None:
    texts, planted = log
    suggestions = {item.printed: item for item in found_in(*texts).found if item.printed in planted}
    assert set(suggestions) == set(planted)
    for name, item in suggestions.items():
        assert item.regex, f"no regex for {name}"
        assert equal(read(item.regex, texts), planted[name]), item.regex
        assert (item.lines, len(item.regex) <= 500) == (len(planted[name]), True)


@pytest.mark.parametrize(
    ("texts", "metric", "regex"),
    [
        (["loss=0.5"], "loss", r"(?:^|\s)loss=([-+.\w]+)"),
        (["val_loss: 0.5"], "validation:loss", r"(?:^|\s)val_loss:\s*([-+.\w]+)"),
        (["Train Loss: 0.5"], "train:loss", r"(?:^|\s)Train Loss:\s*([-+.\w]+)"),
        (["[0]\tvalidation-rmse:0.5"], "validation:rmse", r"#011validation-rmse:([-+.\w]+)"),
        (["{'eval_loss': 0.5}"], "validation:loss", r"'eval_loss':\s*([-+.\w]+)"),
        (["{'eval_loss': '0.5'}"], "validation:loss", r"'eval_loss':\s*'([-+.\w]+)"),
        (['{"val": {"auc": 1}}'], "validation:auc", r'"val": \{[^{}]*"auc":\s*([-+.\w]+)'),
        (["[1]\tvalid_0's auc: 0.9"], "validation:auc", r"#011valid_0's auc:\s*([-+.\w]+)"),
        (["acc 0.9"], "acc", r"(?:^|\s)acc\s+([-+.\w]+)"),
        (["a(loss=0.5)"], "loss", r"(?:^|[\s(])loss=([-+.\w]+)"),
        # A progress bar is one line: its last value is the latest.
        (["loss=9\rloss=3"], "loss", r"^.*(?:^|\s)loss=([-+.\w]+)"),
        # Only what stands before the name tells one series from the other.
        (["INFO loss: 1", "mean loss: 2"], "loss", r"INFO loss:\s*([-+.\w]+)"),
    ],
)
def test_a_series_gets_a_name_and_a_regex(texts: list[str], metric: str, regex: str) -> None:
    assert regexes(*texts)[metric] == regex


def test_where_a_word_stands_for_the_number_now_and_then_the_regex_takes_numbers_only() -> None:
    texts = ["loss=0.5", "loss=unknown", "loss=8.3e-05", "loss=-nan?", "loss=1.2.3"]
    assert read(regexes(*texts)["loss"], texts)[:2] == [0.5, 8.3e-05]


def test_metrics_come_first_and_counters_are_none() -> None:
    suggestions = found_in("epoch=1 lr=0.1 foo=3 acc=1 val_loss=2 train_runtime=3")
    assert [item.metric for item in suggestions.metrics] == ["validation:loss", "acc"]
    assert [(item.printed, item.role) for item in suggestions.found][2:] == [
        ("foo", "number"), ("train_runtime", "counter"), ("epoch", "counter"), ("lr", "counter"),
    ]  # fmt: skip


def test_numbers_without_a_known_name_are_metrics_when_they_change_and_nothing_else_is() -> None:
    assert regexes("foo=1 bar=2", "foo=2 bar=2") == {"foo": r"(?:^|\s)foo=([-+.\w]+)"}
    assert regexes("foo=1 bar=2 epoch=1", "foo=1 bar=2 epoch=2") == {}


def test_loss_beside_val_loss_is_the_training_set_s() -> None:
    assert set(regexes("loss=1 val_loss=2")) == {"train:loss", "validation:loss"}
    assert set(regexes("loss=1 val_loss=2 train_loss=3")) == {"train:loss", "validation:loss", "loss"}


def test_no_two_metrics_have_one_name() -> None:
    texts = ["[1]\tvalid_0's auc: 0.9\tvalid_1's auc: 0.8", "auc=1", "auc: 2", "auc: 3"]
    suggestions = found_in(*texts)
    assert len({item.metric for item in suggestions.found}) == len(suggestions.found) == 4


def test_what_no_regex_can_tell_apart_is_not_suggested() -> None:
    texts = ["x loss=1", "y loss=2", "z loss is loss=3"]
    suggestions = found_in(*texts, '{"loss": 1, "deep": {"loss": 2}}', '{"deep": {"loss": 2}}')
    assert [item.regex for item in suggestions.found if item.printed == "loss" and item.lines == 1] == [""]


def test_values_are_summed_up() -> None:
    (item,) = found_in("loss=0.5", "loss=nan", "loss=-2", "loss=1").found
    assert (item.lines, item.first, item.last, item.lowest, item.highest) == (4, 0.5, 1.0, -2.0, 1.0)


def test_a_log_without_metrics_has_an_empty_block() -> None:
    assert found_in().to_yaml() == ""
    assert found_in("hello", "epoch=1").to_yaml() == ""


@given(logs())
@examples(50)
def test_the_block_is_yaml_that_says_the_same(log: tuple[list[str], dict[str, list[float]]]) -> None:
    suggestions = found_in(*log[0])
    expected = {item.metric: item.regex for item in suggestions.metrics}
    block = suggestions.to_yaml()
    assert (parse_yaml(block, source="x").data if block else {"metrics": {}}) == {"metrics": expected}


@pytest.mark.parametrize("name", ["validation:rmse", "F1", "a b", "x{y}", 'he said "hi"', "é", "::", "a+b(c)"])
def test_the_line_to_print_is_read_by_its_regex(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = print_line(name)
    values = [0.5, 8.3e-05, -1e30, math.inf, math.nan]
    for value in values:
        exec(wanted.code, {"value": value})  # noqa: S102  it is what the user runs
    texts = capsys.readouterr().out.splitlines()
    assert equal(read(wanted.regex, texts), values)


def test_series_are_bounded() -> None:
    suggestions = found_in(*(f"name{number}x=1" for number in range(500)))
    assert len(suggestions.found) == 200


def test_json_in_json_is_told_by_its_keys() -> None:
    texts = [json.dumps({"epoch": 1, "loss": math.nan, "note": "loss: 3 of it", "val": {"loss": 1e-7}})]
    found = {item.printed: item.last for item in found_in(*texts).found if item.regex}
    assert found["val.loss"] == 1e-7
