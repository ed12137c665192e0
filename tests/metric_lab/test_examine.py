"""What the regexes of a spec read from a log, and every way in which they read it wrong."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from smtune.metric_lab import Examination, Examined, Goal, Line, examine, number_lines
from smtune.metric_lab.tally import Value
from smtune.metrics import Scraper


def look(regexes: dict[str, str], *texts: str, goal: Goal | None = None, keep: int = 3) -> Examination:
    definitions = [{"Name": name, "Regex": regex} for name, regex in regexes.items()]
    return examine(definitions, number_lines(texts), goal=goal, keep=keep)


def one(regex: str, *texts: str, name: str = "loss") -> Examined:
    return look({name: regex}, *texts).metrics[0]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtune.metric_lab.search.CHUNK_SECONDS", 0.2)
    monkeypatch.setattr("smtune.metric_lab.search.REGEX_SECONDS", 0.1)


def codes(item: Examined) -> list[str]:
    return [flaw.code for flaw in item.flaws]


@pytest.mark.parametrize(
    ("regex", "texts", "code", "message", "line"),
    [
        (r"F1=(.*?)", ["F1=0.5", "F1=0.6"], "empty", "captures nothing on every line", 1),
        (r"a=(\d)|loss", ["a=1", "loss"], "empty", "captures nothing on 1 of 2 lines", 2),
        (r"loss=(\S+)", ["loss=1", "loss=2,"], "not-a-number", "'2,', which is not a number", 2),
        (r"loss=(\S+)", ["loss=\x1b[32m2\x1b[0m"], "not-a-number", "a colour code with the number", 1),
        (r"loss=([0-9.]+)", ["loss=0.5", "loss=8.3e-05"], "cut-short", "reads 8.3 of 8.3e-05", 2),
        (r"loss=(\d+)", ["loss=0.5"], "cut-short", "the one line it matches: reads 0 of 0.5", 1),
        (r"loss=-?(\S+)", ["loss=-0.5"], "cut-short", "reads 0.5 of -0.5", 1),
        (r"loss.*([0-9.]+)", ["loss=0.83"], "cut-short", "reads 3 of 0.83", 1),
        (r"loss: (\S+)", ["loss: 1", "val_loss: 2"], "other-series", "reads loss, and on other lines val_loss", 2),
        (r"loss: (\S+)", ["Train loss: 1", "Test loss: 2"], "other-series", "on other lines Test loss too", 2),
        (r'"loss": (\d)', ['{"a": {"loss": 1}}', '{"b": {"loss": 2}}'], "other-series", "lines b.loss too", 2),
        (r"loss=(\S+)", ["loss=9\rloss=5\rloss=3"], "stale", "reads 9, and 3 comes after it", 1),
        (r"loss=(\S+)", ["loss=1", "loss=nan"], "not-finite", "ends with nan", 2),
        (r"loss=(\S+)", ["loss=-inf"], "not-finite", "ends with -inf", 1),
        (r"loss=\S+", ["loss=1"], "no-group", "has no group", None),
        (r"loss=(\S+) (\S+)", ["loss=1 a"], "several-groups", "has 2 groups", None),
        (r"loss=(\S+)", ["Loss=1"], "never", "matches no line", None),
    ],
)
def test_a_flaw_is_named_with_its_first_line(
    regex: str, texts: list[str], code: str, message: str, line: int | None
) -> None:
    item = one(regex, *texts)
    assert codes(item) == [code]
    assert message in item.flaws[0].message
    assert item.flaws[0].line == line
    assert item.flaws[0].fix


@pytest.mark.parametrize(
    ("regex", "texts"),
    [
        (r"loss=(\S+)", ["loss=1", "loss=8.3e-05"]),
        (r"#011loss:(\S+)", ["[0]\tloss:0.5\tother:1"]),
        (r".*loss=(\S+)", ["loss=9\rloss=5\rloss=3"]),
        (r"loss=(\S+)", ["loss=9 loss=5"]),  # no progress bar: the first of a line is what is wanted
        (r"loss=(\S+)", ["loss=nan", "loss=1"]),
        (r"loss=([0-9.]+)s", ["loss=3.2s"]),
        (r"loss=(\d+)-", ["loss=2026-05-04"]),
        (r"validation rmse: (\S+)", ["Final validation rmse: 1", "After 3 epochs validation rmse: 2"]),
        (r"(\S+) is the loss", ["0.5 is the loss", "0.4 is the loss"]),
    ],
)
def test_what_reads_right_has_no_flaw(regex: str, texts: list[str]) -> None:
    assert one(regex, *texts).flaws == ()


def test_a_number_of_another_metric_is_told_by_its_owner() -> None:
    loss, validation = look({"loss": r"loss: (\S+)", "validation:loss": r"val_loss: (\S+)"}, "val_loss: 1").metrics
    assert [flaw.message for flaw in loss.flaws] == ["reads val_loss, which is validation:loss"]
    assert loss.proposal is None  # the only number belongs to the other
    assert validation.flaws == ()


def test_a_metric_named_after_one_set_does_not_read_another() -> None:
    assert codes(one(r"loss=(\S+)", "train_loss=1", name="validation:loss")) == ["wrong-set"]
    assert codes(one(r"loss=(\S+)", "val_loss=1", name="validation:loss")) == []


def test_first_last_and_best() -> None:
    item = look({"acc": r"acc=(\S+)"}, "acc=0.1", "x", "acc=0.9", "acc=nan", "acc=0.5").metrics[0]
    assert (item.first, item.best, item.last) == (Value(0.1, 1), Value(0.9, 3), Value(0.5, 5))
    assert (item.lines, item.values) == (4, 4)
    assert item.note == "1 of 4 values are nan or infinite"


@pytest.mark.parametrize(("maximizes", "best"), [(True, 3.0), (False, 1.0)])
def test_the_last_value_counts_and_a_better_one_is_noted(maximizes: bool, best: float) -> None:
    item = look({"m": r"m=(\S+)"}, "m=3", "m=1", "m=2", goal=Goal("m", maximizes)).metrics[0]
    assert item.best is not None
    assert item.best.number == best
    assert item.note == f"the service uses the last value, 2, not the best, {best:g} (line {item.best.line})"
    assert item.flaws == ()


def test_it_passes_only_when_the_objective_has_a_value() -> None:
    goal = Goal("loss", maximizes=False)
    assert look({"loss": r"loss=(\S+)"}, "loss=1", goal=goal).passed
    assert not look({"loss": r"loss=(\S+)"}, "lose=1", goal=goal).passed
    assert not look({"acc": r"acc=(\S+)"}, "acc=1", goal=goal).passed
    assert not look({}, "acc=1", goal=goal).passed
    assert look({"acc": r"acc=(\S+)"}, "acc=1").passed


@pytest.mark.parametrize(
    ("name", "regex", "texts", "expected", "values"),
    [
        ("f1", r"F1=(.*?)", ["F1=0.5", "F1=0.6"], r"(?:^|\s)F1=([-+.\w]+)", 2),
        ("loss", r"loss=([0-9.]+)", ["a loss=0.5", "a loss=8.3e-05"], r"(?:^|\s)loss=([-+.\w]+)", 2),
        ("train:loss", r"loss: (\S+)", ["loss: 1", "val_loss: 2"], r"(?:^|\s)loss:\s*([-+.\w]+)", 1),
        ("validation:loss", r"loss: (\S+)", ["loss: 1", "val_loss: 2"], r"(?:^|\s)val_loss:\s*([-+.\w]+)", 1),
        ("loss", r"loss=(\S+)", ["loss=9\rloss=3"], r"^.*(?:^|\s)loss=([-+.\w]+)", 1),
        ("validation:rmse", r"nothing(\d)", ["[0]\tvalidation-rmse:1"], r"#011validation-rmse:([-+.\w]+)", 1),
        ("validation:acc", r"nothing(\d)", ["val_accuracy=1"], r"(?:^|\s)val_accuracy=([-+.\w]+)", 1),
        ("x", r"(x+x+)+y", ["x" * 60 + " x=1"], r"(?:^|\s)x=([-+.\w]+)", 1),
    ],
)
def test_a_bad_regex_gets_one_that_is_proven_on_the_log(
    name: str, regex: str, texts: list[str], expected: str, values: int, impatient: None
) -> None:
    item = one(regex, *texts, name=name)
    assert item.proposal is not None
    assert (item.proposal.regex, item.proposal.lines) == (expected, values)
    again = one(expected, *texts, name=name)
    assert again.flaws == ()
    assert again.values == values


def test_what_the_log_does_not_have_is_to_be_printed() -> None:
    item = one(r"rmse=(\S+)", "hello", name="validation:rmse")
    assert item.proposal is None
    assert item.to_print is not None
    assert item.to_print.code == 'print(f"validation-rmse={value:.10g}", flush=True)'


def test_nan_at_the_end_needs_no_other_regex() -> None:
    assert one(r"loss=(\S+)", "loss=nan").proposal is None


def test_a_regex_that_never_ends_does_not_hold_up_the_others(impatient: None) -> None:
    slow, fine = look({"a": r"(a+)+$", "b": r"b=(\S+)"}, *["b=1"] * 600, "a" * 40 + "b", *["b=2"] * 600).metrics
    assert [(flaw.code, flaw.line) for flaw in slow.flaws] == [("too-slow", 601)]
    assert (fine.values, fine.flaws) == (1200, ())


def test_only_some_captures_of_a_long_log_are_kept_and_all_on_request() -> None:
    texts = [f"loss={number}" for number in range(1, 1001)] + ["loss=x", "loss=y"]
    regexes = {"loss": r"loss=(\S+)"}
    assert [capture.line for capture in look(regexes, *texts, keep=2).metrics[0].captures] == [1, 2, 1001, 1002]
    assert len(look(regexes, *texts, keep=10_000).metrics[0].captures) == 1002


@pytest.mark.slow
def test_a_huge_log_takes_bounded_memory() -> None:
    def lines() -> Iterator[Line]:
        for number in range(1, 1_501):
            yield Line(number, f"loss={number} " + "x" * 50_000)  # 75 MB

    tracemalloc.start()
    item = examine([{"Name": "loss", "Regex": r"loss=(\d+)"}], lines()).metrics[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (item.values, item.flaws) == (1500, ())
    assert peak < 45_000_000


NUMBERS = st.floats().map(repr)
TEXTS = st.lists(
    st.one_of(
        st.builds("{}loss{}{}{}".format, st.sampled_from(["", "val_", "x "]), st.sampled_from("=: \t"), NUMBERS,
                  st.sampled_from(["", ",", "\r", " loss=1", "\tb:2", "%", "\x1b[0m"])),
        st.text("loss=: 0.5e-\t\r\x1b[m", max_size=20),
        st.text(max_size=20).map(lambda text: text.replace("\n", "")),
    ),
    max_size=8,
)  # fmt: skip
REGEXES = (r"loss=(\S+)", r"loss=([0-9.]+)", r".*loss.(.*)", r"(\d*)", r"loss(=)?", r"#011b:(\S+)", "loss", r"^(.*?)=")


@examples(25)
@given(TEXTS, st.lists(st.sampled_from(REGEXES), min_size=1, max_size=3, unique=True))
def test_the_numbers_are_those_that_the_engine_reads(texts: list[str], regexes: list[str]) -> None:
    examination = look({f"m{index}": regex for index, regex in enumerate(regexes)}, *texts, keep=100)
    for item in examination.metrics:
        scraper = Scraper([{"Name": item.name, "Regex": item.regex}])
        expected = [seen.value for text in texts for seen in scraper.read(text, 0.0)]
        found = [capture.value for capture in item.captures if capture.value is not None]
        assert repr(found) == repr(expected)
        assert item.values == len(expected)
        assert repr(item.last and item.last.number) == repr(expected[-1] if expected else None)
