"""With the sizes of the sets: present, absent, or not enough evidence and how many more rows would settle it."""

from __future__ import annotations

import json

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from smtune.diagnosis import Diagnosis, Measured, diagnose, diagnose_metrics
from smtune.diagnosis.text import render
from smtune.errors import UsageError


def of(human: str | None, train: str, validation: str, **more: str) -> Diagnosis:
    return diagnose(human_error=human, train_error=train, validation_error=validation, **more)  # type: ignore[arg-type]


def verdicts(diagnosis: Diagnosis) -> list[str]:
    return [gap.verdict for gap in diagnosis.gaps]


@pytest.mark.parametrize(
    ("numbers", "codes"),
    [
        (("1%", "5%", "6%", None), ("high_bias",)),
        (("1%", "2%", "6%", None), ("high_variance",)),
        (("1%", "5%", "10%", None), ("high_bias", "high_variance")),
        (("1%", "5%", "6%", "10%"), ("data_mismatch", "high_bias")),
    ],
)
def test_the_four_scenarios_come_out_as_written_where_rows_are_many(
    numbers: tuple[str, str, str, str | None], codes: tuple[str, ...]
) -> None:
    human, train, validation, test = numbers
    found = diagnose(
        human_error=f"{human}/20000",
        train_error=f"{train}/700000",
        validation_error=f"{validation}/150000",
        test_error=test and f"{test}/150000",
        jobs=50,
    )
    assert found.order == codes


def test_few_rows_leave_it_open_and_say_what_would_settle_it() -> None:
    found = of("1%/20", "5%/200", "6%/50")
    assert verdicts(found) == ["not enough evidence", "not enough evidence"]
    assert found.headline.startswith("Not enough evidence about avoidable bias and variance: about ")
    assert "more human-labelled cases, " in found.headline
    assert found.headline.endswith("more validation rows would settle it first")
    (remedy,) = found.remedies
    assert (remedy.finding, remedy.title) == ("not_enough_evidence", "Measure on more rows")


def test_the_rows_it_asks_for_do_settle_it() -> None:
    open_gap = of("1%/100", "5%/7000", "6%/1500").gaps[0]
    assert open_gap.verdict == "not enough evidence"
    assert open_gap.needed is not None
    ((place, more),) = open_gap.needed.more
    assert place == "human"
    assert of(f"1%/{100 + more}", "5%/7000", "6%/1500").gaps[0].verdict == "present"
    assert of(f"1%/{100 + more - 5}", "5%/7000", "6%/1500").gaps[0].verdict == "not enough evidence"


def test_a_gap_at_the_threshold_is_settled_by_no_number_of_rows() -> None:
    gap = of(None, "5%/7000", "6%/1500").gaps[1]
    assert gap.verdict == "not enough evidence"
    assert gap.needed is None
    assert "too close to the threshold" in of(None, "5%/7000", "6%/1500").path[1].answer


def test_a_finding_beside_an_open_question_says_both() -> None:
    found = of("1%/2000", "8%/7000", "9.5%/500")
    assert found.headline == "High bias; not enough evidence about variance"


rows = st.integers(20, 100_000)
rates = st.integers(0, 60).map(lambda number: f"{number}%")


@examples(100)
@given(human=rates, train=rates, validation=rates, counts=st.tuples(rows, rows, rows))
def test_a_given_verdict_is_that_of_the_values_and_more_rows_keep_it(
    human: str, train: str, validation: str, counts: tuple[int, int, int]
) -> None:
    plain = diagnose(human_error=human, train_error=train, validation_error=validation)
    few, many = (
        of(*(f"{rate}/{count * factor}" for rate, count in zip((human, train, validation), counts, strict=True)))
        for factor in (1, 50)
    )
    for exact, small, large in zip(plain.gaps, few.gaps, many.gaps, strict=True):
        if small.verdict in ("present", "absent") and exact.verdict != "not assessable":
            assert small.verdict == exact.verdict
        if small.verdict in ("present", "absent") and large.verdict != "not assessable":
            assert large.verdict == small.verdict


@examples(100)
@given(human=rates, train=rates, validation=rates, counts=st.tuples(rows, rows, rows))
def test_accuracy_and_error_agree_with_rows_too(
    human: str, train: str, validation: str, counts: tuple[int, int, int]
) -> None:
    by_error = of(*(f"{rate}/{count}" for rate, count in zip((human, train, validation), counts, strict=True)))
    values = {
        name: Measured(1 - int(rate[:-1]) / 100, count)
        for name, rate, count in (("train", train, counts[1]), ("validation", validation, counts[2]))
    }
    by_accuracy = diagnose_metrics(values, metric="accuracy", human_error=f"{human}/{counts[0]}")
    assert verdicts(by_accuracy) == verdicts(by_error)
    assert by_accuracy.findings == by_error.findings


@examples(100)
@given(human=rates, train=rates, validation=rates, test=rates, counts=st.tuples(rows, rows), jobs=st.integers(1, 500))
def test_the_text_and_json_of_any_of_them(
    human: str, train: str, validation: str, test: str, counts: tuple[int, int], jobs: int
) -> None:
    found = diagnose(
        human_error=f"{human}/{counts[0]}",
        train_error=f"{train}/{counts[1]}",
        validation_error=f"{validation}/{counts[1]}",
        test_error=f"{test}/{counts[0]}",
        jobs=jobs,
        algorithm="xgboost",
    )
    json.dumps(found.to_dict(), allow_nan=False)
    text = render(found)
    assert all(len(line) <= 100 and line == line.rstrip() for line in text.splitlines())
    assert text.isascii()


class TestBetterThanHumanLevel:
    def test_is_said_only_where_chance_cannot_explain_it(self) -> None:
        lucky, sure = of("5%/100", "4%/7000", "4.5%/1500"), of("5%/9000", "3%/7000", "3.2%/9000")
        assert not lucky.errors.surpassed
        assert "surpassed" not in lucky.headline
        assert sure.errors.surpassed
        assert sure.headline.startswith("Human level surpassed")

    def test_memorised_rows_are_variance(self) -> None:
        found = of("5%/500", "0%/7000", "9%/1500")
        assert found.order == ("high_variance",)
        assert "memorised" in found.findings[0].detail


class TestOneSetWithoutRows:
    def test_counts_as_exact_and_is_named(self) -> None:
        found = of("1%", "5%/7000", "6%/1500")
        assert {gap.evidence for gap in found.gaps} == {"interval"}
        assert any("Counted as exact" in sentence and "human level" in sentence for sentence in found.assumptions)

    def test_rows_alone_say_nothing_about_rmse(self) -> None:
        found = diagnose_metrics(
            {"train": "2.5/700", "validation": "3.5/150"}, metric="rmse", human_error=2, baseline_error=10
        )
        assert {gap.evidence for gap in found.gaps} == {"point-only"}
        assert any("does not say how sure rmse is" in sentence for sentence in found.assumptions)

    def test_a_standard_error_does(self) -> None:
        found = diagnose_metrics(
            {"train": "2.5", "validation": "3.5+-0.9"}, metric="rmse", human_error=2, baseline_error=10
        )
        assert found.gaps[1].verdict == "not enough evidence"
        assert found.gaps[1].interval == pytest.approx((1 - 1.96 * 0.9, 1 + 1.96 * 0.9), abs=1e-3)

    def test_an_auc_needs_its_positive_rows(self) -> None:
        def evidence(validation: str) -> str:
            values = {"train": "0.99", "validation": validation}
            return diagnose_metrics(values, metric="auc", human_error="1%").gaps[1].evidence

        assert evidence("0.91/1500") == "point-only"
        assert evidence("0.91/300:1200") == "interval"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("5%/0", "rows '0'; give a whole number above 0"),
        ("5%/many", "rows 'many'"),
        ("5%/-3", "rows '-3'"),
        ("80/75", "80 of 75 rows"),
        ("7/", "rows ''"),
        ("x/75", "not a number"),
        ("5%+-x", "not a number"),
        ("5%+--1", "below 0"),
        (Measured(0.05, 0), "the rows of train_error are 0"),
        (Measured(0.05, 10, 10), "10 positive rows of 10"),
        (Measured(0.05, True), "the rows of train_error are True"),
    ],
)
def test_rows_that_are_none_are_refused(given: str | Measured, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        diagnose(human_error=0, train_error=given, validation_error=0.1)


@pytest.mark.parametrize("text", ["75/1500", "5%/1500", "0.05/1,500", " 5 % / 1500 ", "0.05/1_500"])
def test_ways_to_write_75_of_1500(text: str) -> None:
    found = of("0", text, "10%")
    assert (float(found.errors.train.value), found.errors.train.rows) == (0.05, 1500)


@pytest.mark.parametrize(("name", "value"), [("jobs", 0), ("jobs", 1.5), ("confidence", 0.2), ("confidence", 95)])
def test_circumstances_without_a_meaning_are_refused(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=f"{name} is {value}"):
        diagnose(human_error=0, train_error=0.1, validation_error=0.1, **{name: value})  # type: ignore[arg-type]


def test_more_confidence_takes_more_rows() -> None:
    known = {"human_error": "4/400", "train_error": "3.2%/7000", "validation_error": "4%/1500"}
    usual, strict = (diagnose(**known, confidence=level) for level in (0.9, 0.999))  # type: ignore[arg-type]
    assert usual.gaps[0].interval is not None
    assert strict.gaps[0].interval is not None
    assert strict.gaps[0].interval.low < usual.gaps[0].interval.low
