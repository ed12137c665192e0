"""The rule: a gap is high iff it is over the floor (1 point) and at least a quarter of the whole gap."""

from __future__ import annotations

import json
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.diagnosis import Diagnosis, Number, diagnose, diagnose_metrics
from smtune.errors import UsageError

BIAS, VARIANCE, MISMATCH = "high_bias", "high_variance", "data_mismatch"

# Percent: human level, training, train-dev, validation, test. "-" where a set is not there.
GOLDEN = {
    # The four scenarios smtune is made for.
    "scenario 1": ("1 5 - 6 -", [BIAS]),
    "scenario 2": ("1 2 - 6 -", [VARIANCE]),
    "scenario 3": ("1 5 - 10 -", [BIAS, VARIANCE]),
    "scenario 4": ("1 5 - 6 10", [MISMATCH, BIAS]),
    # Ng's talk "Nuts and Bolts of Applying Deep Learning".
    "talk: bias": ("1 10 10.1 10.2 -", [BIAS]),
    "talk: variance": ("1 2 10.1 10.2 -", [VARIANCE]),
    "talk: train/test mismatch": ("1 2 2.1 10 -", [MISMATCH]),
    "talk: overfitting of dev": ("1 2 2.1 2.2 10", [MISMATCH]),
    # "Machine Learning Yearning", chapters 20 to 22; the optimal error is about 0, then 14 %.
    "book: 1/11": ("0 1 - 11 -", [VARIANCE]),
    "book: 15/16": ("0 15 - 16 -", [BIAS]),
    "book: 15/30": ("0 15 - 30 -", [BIAS, VARIANCE]),
    "book: 0.5/1": ("0 0.5 - 1 -", []),
    "book: optimal 14, 15/30": ("14 15 - 30 -", [VARIANCE]),
    "book: optimal 14, 15/16": ("14 15 - 16 -", []),
    # Chapters 40 and 41, with a training-dev set.
    "book: 1/1.5/10": ("0 1 1.5 10 -", [MISMATCH]),
    "book: 1/5/5": ("0 1 5 5 -", [VARIANCE]),
    "book: 10/11/12": ("0 10 11 12 -", [BIAS]),
    "book: 10/11/20": ("0 10 11 20 -", [BIAS, MISMATCH]),
    # The course "Structuring Machine Learning Projects".
    "course: 1/8/10": ("1 8 - 10 -", [BIAS]),
    "course: 7.5/8/10": ("7.5 8 - 10 -", [VARIANCE]),
    "course: 0.5/1/5": ("0.5 1 - 5 -", [VARIANCE]),
    "course: 0.5/0.7/0.8, all under the floor": ("0.5 0.7 - 0.8 -", []),
    "course: 0.5/0.3/0.4, surpassed": ("0.5 0.3 - 0.4 -", []),
}


def of_percent(numbers: str) -> Diagnosis:
    """`diagnose` of five numbers in percent, as in the table above."""
    human, train, train_dev, validation, test = (None if number == "-" else f"{number}%" for number in numbers.split())
    assert train is not None
    assert validation is not None
    return diagnose(
        human_error=human,
        train_error=train,
        train_dev_error=train_dev,
        validation_error=validation,
        test_error=test,
    )


def verdicts(diagnosis: Diagnosis) -> dict[str, str]:
    return {gap.name: gap.verdict for gap in diagnosis.gaps}


@pytest.mark.parametrize(("numbers", "codes"), GOLDEN.values(), ids=GOLDEN)
def test_published_examples_come_out_as_published(numbers: str, codes: list[str]) -> None:
    diagnosis = of_percent(numbers)
    assert list(diagnosis.order) == codes
    assert bool(codes) == any(gap.verdict == "present" for gap in diagnosis.gaps)


def test_there_are_23_published_examples() -> None:
    assert len(GOLDEN) == 23


def test_scenario_4_has_the_source_s_label_as_headline_and_still_says_high_bias() -> None:
    diagnosis = of_percent("1 5 - 6 10")
    mismatch, bias = diagnosis.findings
    for word in ("Training/test data distribution mismatch", "validation", "test", "also high bias"):
        assert word in diagnosis.headline
    assert (mismatch.gap.start, mismatch.gap.end, mismatch.gap.value) == (
        "validation",
        "test",
        Decimal("0.04"),
    )
    assert (bias.gap.start, bias.gap.end, bias.gap.value) == ("human", "train", Decimal("0.04"))
    assert verdicts(diagnosis)["variance"] == "absent"


def test_both_mismatches_are_told_apart() -> None:
    """Validation to test is acted on first, training to validation last."""
    diagnosis = of_percent("0 10 11 20 30")
    assert diagnosis.order == (MISMATCH, BIAS, MISMATCH)
    assert [finding.gap.name for finding in diagnosis.findings] == [
        "validation_to_test",
        "avoidable_bias",
        "data_mismatch",
    ]


@pytest.mark.parametrize(
    ("numbers", "variance"),
    [
        ("1 1 - 2 -", "absent"),  # exactly 1 point
        ("1 1 - 2.001 -", "present"),
        ("0 6 - 8 -", "present"),  # exactly 25 %
        ("0 6.001 - 8 -", "absent"),
        ("5 2 - 4 -", "present"),  # whole gap below 0: only the floor counts
        ("5 2 - 3 -", "absent"),
    ],
)
def test_edges_of_the_rule(numbers: str, variance: str) -> None:
    assert verdicts(of_percent(numbers))["variance"] == variance


def test_float_noise_decides_nothing() -> None:
    """0.16 - 0.15 is over 0.01 in binary, and so is what 1 - accuracy leaves."""
    human, train, validation = 1 - 0.86, 1 - 0.85, 1 - 0.84
    diagnosis = diagnose(human_error=human, train_error=train, validation_error=validation)
    assert [gap.value for gap in diagnosis.gaps] == [Decimal("0.01"), Decimal("0.01")]
    assert diagnosis.findings == ()


def test_the_caller_s_decimal_context_decides_nothing() -> None:
    with localcontext(prec=1):
        diagnosis = diagnose(human_error="0.0111", train_error="0.0511", validation_error="0.0622")
    assert diagnosis.gaps[1].value == Decimal("0.0111")


@pytest.mark.parametrize("five", ["5%", "5 %", " 0.05 ", "5e-2", 0.05, Decimal("0.05")])
def test_ways_to_write_five_percent(five: Number) -> None:
    diagnosis = diagnose(human_error=0, train_error=five, validation_error=1)
    assert diagnosis.errors.train.value == Decimal("0.05")


@pytest.mark.parametrize("bad", [5, 1.01, "5", "101%", -0.01, "-1%"])
def test_a_rate_outside_0_to_1_is_refused_with_the_fix(bad: Number) -> None:
    with pytest.raises(UsageError, match=r"train_error is .*write 5 % as 0\.05 or 5%"):
        diagnose(human_error=0, train_error=bad, validation_error=0.1)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "nan", "inf", "nan%", Decimal("sNaN"), "1e999"])
def test_what_is_not_finite_is_refused(bad: Number) -> None:
    with pytest.raises(UsageError, match="not a finite number"):
        diagnose(human_error=0, train_error=0.1, validation_error=bad)


@pytest.mark.parametrize("bad", ["five", "0,05", "", "%", True, None, 1j])
def test_what_is_not_a_number_is_refused(bad: object) -> None:
    with pytest.raises(UsageError, match=r"validation_error is .* not a number"):
        diagnose(human_error=0, train_error=0.1, validation_error=bad)  # type: ignore[arg-type]


class TestWithoutHumanLevel:
    def test_bias_is_not_assessable_and_not_taken_from_zero(self) -> None:
        diagnosis = of_percent("- 5 - 5.5 -")
        assert verdicts(diagnosis) == {"avoidable_bias": "not assessable", "variance": "absent"}
        assert diagnosis.gaps[0].value is None
        assert diagnosis.headline.startswith("Bias not assessable without a human level")
        assert any("not taken to be 0" in assumption for assumption in diagnosis.assumptions)

    def test_a_gap_that_is_a_quarter_of_all_error_is_high_at_any_human_level(self) -> None:
        diagnosis = of_percent("- 2 - 6 -")
        assert diagnosis.order == (VARIANCE,)
        assert "bias not assessable" in diagnosis.headline
        assert all(VARIANCE in of_percent(f"{human} 2 - 6 -").order for human in (0, 1, 2, 3, 5, 6, 9))

    def test_a_smaller_share_depends_on_the_human_level(self) -> None:
        assert verdicts(of_percent("- 8 - 10 -"))["variance"] == "not assessable"
        assert verdicts(of_percent("1 8 - 10 -"))["variance"] == "absent"
        assert verdicts(of_percent("7.5 8 - 10 -"))["variance"] == "present"


class TestBetterThanHumanLevel:
    def test_surpassed(self) -> None:
        diagnosis = of_percent("0.5 0.3 - 0.4 -")
        assert verdicts(diagnosis)["avoidable_bias"] == "not assessable"
        assert "surpassed: the reference can no longer measure bias" in diagnosis.headline

    def test_surpassed_on_validation_says_so_next_to_another_finding(self) -> None:
        diagnosis = of_percent("1 0.5 - 0.8 5")
        assert diagnosis.order == (MISMATCH,)
        assert "surpassed" in diagnosis.headline

    def test_memorised_training_rows_are_variance(self) -> None:
        diagnosis = of_percent("5 0 - 8 -")
        assert diagnosis.order == (VARIANCE,)
        assert "memorised" in diagnosis.findings[0].detail
        assert verdicts(diagnosis)["avoidable_bias"] == "absent"

    def test_a_train_dev_set_shows_that_nothing_was_memorised(self) -> None:
        assert not of_percent("1 0.5 0.6 5 -").errors.memorised


def test_all_evidence_is_point_only() -> None:
    diagnosis = of_percent("1 5 - 6 10")
    assert {gap.evidence for gap in diagnosis.gaps} == {"point-only"}
    assert diagnosis.assumptions[0].startswith("Point-only")


def test_the_floor_can_be_lowered_where_human_level_is_far_below_it() -> None:
    """0.5/0.6/0.8: Ng leans to variance, the floor of 1 point does not see it."""
    diagnosis = of_percent("0.5 0.6 - 0.8 -")
    assert diagnosis.findings == ()
    assert any("is 2 times human level" in assumption for assumption in diagnosis.assumptions)
    finer = diagnose(human_error="0.5%", train_error="0.6%", validation_error="0.8%", floor="0.1%")
    assert finer.order == (VARIANCE,)


def test_a_set_that_does_better_than_the_one_before_is_pointed_out() -> None:
    diagnosis = of_percent("1 5 - 10 6")
    assert verdicts(diagnosis)["validation_to_test"] == "absent"
    assert any("Test error is 4.0 points below validation error" in assumption for assumption in diagnosis.assumptions)


def test_to_dict_is_the_json_contract() -> None:
    document = json.loads(json.dumps(of_percent("1 5 - 6 10").to_dict(), allow_nan=False))
    assert set(document) == {
        "findings",
        "gaps",
        "remedies",
        "headline",
        "order",
        "levels",
        "path",
        "assumptions",
        "metric",
        "confidence",
    }
    assert document["order"] == ["data_mismatch", "high_bias"]
    assert document["metric"] == "error"
    assert [gap["value"] for gap in document["gaps"]] == [0.04, 0.01, 0.04]
    assert document["gaps"][0] == {
        "name": "avoidable_bias",
        "from": "human",
        "to": "train",
        "value": 0.04,
        "low": None,
        "high": None,
        "share": pytest.approx(4 / 9),
        "verdict": "present",
        "evidence": "point-only",
        "more_rows": None,
        "cause": None,
        "luck": None,
    }
    first = document["findings"][0]
    assert list(first) == ["code", "title", "gap", "from", "to", "share", "detail"]
    assert (first["gap"], first["from"], first["to"]) == (0.04, "validation", "test")
    assert first["share"] == pytest.approx(4 / 9)
    assert {frozenset(remedy) for remedy in document["remedies"]} == {
        frozenset({"finding", "title", "why", "hyperparameters"})
    }


class TestMetrics:
    def test_accuracy(self) -> None:
        diagnosis = diagnose_metrics(
            {"train": 0.95, "validation": 0.94, "test": 0.90}, metric="validation:accuracy", human_error=0.01
        )
        assert diagnosis.order == (MISMATCH, BIAS)
        assert diagnosis.to_dict()["metric"] == "validation:accuracy"
        assert diagnosis.scale.loss == "1 - accuracy"

    @pytest.mark.parametrize("metric", ["rmse", "mae", "mse", "logloss", "validation:mlogloss"])
    def test_without_a_span_there_are_gaps_but_no_verdicts(self, metric: str) -> None:
        diagnosis = diagnose_metrics({"train": 2, "validation": 3.5}, metric=metric, human_error=1)
        assert [gap.value for gap in diagnosis.gaps] == [1, Decimal("1.5")]
        assert set(verdicts(diagnosis).values()) == {"not assessable"}
        assert "give a human level and a baseline" in diagnosis.headline
        assert diagnosis.findings == ()

    def test_a_baseline_is_read_though_nothing_can_be_made_of_it(self) -> None:
        with pytest.raises(UsageError, match="baseline_error is 'abc'"):
            diagnose_metrics({"train": 2, "validation": 3}, metric="rmse", baseline_error="abc")

    def test_the_floor_is_two_percent_of_the_span(self) -> None:
        def variance(baseline: str) -> str:
            diagnosis = diagnose_metrics(
                {"train": 2, "validation": "2.5"}, metric="rmse", human_error=2, baseline_error=baseline
            )
            return verdicts(diagnosis)["variance"]

        assert variance("26.9") == "present"
        assert variance("27") == "absent"

    def test_the_mean_is_the_baseline_of_r2(self) -> None:
        diagnosis = diagnose_metrics({"train": 0.9, "validation": 0.6}, metric="r2", human_error=0.05)
        assert diagnosis.scale.floor == Decimal("0.019")
        assert diagnosis.order == (VARIANCE,)

    @pytest.mark.parametrize(
        ("values", "metric", "baseline", "message"),
        [
            ({"train": 0.1, "validation": 0.2}, "loss", None, "'loss' is not known; use one of"),
            ({"validation": 0.2}, "error", None, "no 'train'"),
            ({"train": 0.1}, "error", None, "no 'validation'"),
            ({"train": 0.1, "validation": 0.2, "dev": 0.2}, "error", None, "'dev'; the sets are"),
            ({"train": 95, "validation": 94}, "accuracy", None, "write 5 % as 0.05"),
            ({"train": -1, "validation": 2}, "rmse", None, "below 0"),
            ({"train": 1.1, "validation": 0.2}, "r2", None, "below 0"),
            ({"train": 0.1, "validation": 0.2}, "error", 0.5, "leave baseline_error out"),
            ({"train": 2, "validation": 3}, "rmse", 0.01, "no worse than human_error"),
        ],
    )
    def test_what_cannot_be_used(
        self, values: dict[str, Number], metric: str, baseline: Number | None, message: str
    ) -> None:
        with pytest.raises(UsageError, match=message):
            diagnose_metrics(values, metric=metric, human_error=0.01, baseline_error=baseline)


rates = st.integers(0, 10_000).map(lambda number: Decimal(number) / 10_000)
losses = st.integers(0, 100_000).map(lambda number: Decimal(number) / 1_000)


@given(human=rates, train=rates, validation=rates, test=rates)
def test_the_rule_is_what_it_says(human: Decimal, train: Decimal, validation: Decimal, test: Decimal) -> None:
    """Against a second writing of it, in fractions."""
    diagnosis = diagnose(human_error=human, train_error=train, validation_error=validation, test_error=test)
    whole = Fraction(test) - Fraction(human)
    for gap, start, end in zip(diagnosis.gaps, (human, train, validation), (train, validation, test), strict=True):
        if gap.verdict == "not assessable":
            assert gap.name == "avoidable_bias"
            assert train < human
            continue
        value = Fraction(end) - Fraction(start)
        high = value > Fraction(1, 100) and (whole <= 0 or value / whole >= Fraction(1, 4))
        assert (gap.verdict == "present") == high


@given(human=rates, train=rates, validation=rates)
def test_accuracy_and_error_get_the_same_verdicts(human: Decimal, train: Decimal, validation: Decimal) -> None:
    by_error = diagnose(human_error=human, train_error=train, validation_error=validation)
    by_accuracy = diagnose_metrics(
        {"train": 1 - train, "validation": 1 - validation}, metric="accuracy", human_error=human
    )
    assert by_accuracy.gaps == by_error.gaps
    assert by_accuracy.findings == by_error.findings


@given(human=rates, train=rates, validation=rates)
def test_percent_float_and_decimal_are_the_same_number(human: Decimal, train: Decimal, validation: Decimal) -> None:
    by_decimal = diagnose(human_error=human, train_error=train, validation_error=validation)
    by_float = diagnose(human_error=float(human), train_error=float(train), validation_error=float(validation))
    by_percent = diagnose(
        human_error=f"{human * 100}%", train_error=f"{train * 100} %", validation_error=f"{validation * 100}%"
    )
    assert by_decimal == by_float == by_percent


@given(human=losses, train=losses, validation=losses, test=losses, span=st.integers(1, 1000))
def test_the_unit_does_not_matter_where_a_baseline_is_given(
    human: Decimal, train: Decimal, validation: Decimal, test: Decimal, span: int
) -> None:
    def in_unit(factor: Decimal) -> Diagnosis:
        values = {"train": train * factor, "validation": validation * factor, "test": test * factor}
        baseline = (human + span) * factor
        return diagnose_metrics(values, metric="rmse", human_error=human * factor, baseline_error=baseline)

    metres, kilometres = in_unit(Decimal(1)), in_unit(Decimal("0.001"))
    assert verdicts(metres) == verdicts(kilometres)
    assert metres.order == kilometres.order
    assert [gap.share for gap in metres.gaps] == [gap.share for gap in kilometres.gaps]


@given(human=st.none() | rates, train=rates, validation=rates, test=st.none() | rates)
def test_any_diagnosis_is_json(
    human: Decimal | None, train: Decimal, validation: Decimal, test: Decimal | None
) -> None:
    diagnosis = diagnose(human_error=human, train_error=train, validation_error=validation, test_error=test)
    document = json.loads(json.dumps(diagnosis.to_dict(), allow_nan=False))
    for gap, printed in zip(diagnosis.gaps, document["gaps"], strict=True):
        assert gap.value is None or Decimal(str(printed["value"])) == gap.value


def test_sets_drawn_from_one_pool_are_never_mismatched() -> None:
    known = {"human_error": "1%", "train_error": "5%", "validation_error": "6%", "test_error": "10%"}
    drawn = diagnose(**known, one_pool=True)  # type: ignore[arg-type]

    assert drawn.order == ("high_bias",)
    assert drawn.gaps[-1].verdict == "not assessable"
    assert any("drawn at random from one pool" in sentence for sentence in drawn.assumptions)
    assert diagnose(**known).order == ("data_mismatch", "high_bias"), "nothing said: the rule as it is"  # type: ignore[arg-type]


def test_a_test_gap_alone_within_one_pool_asks_for_rows_not_for_other_data() -> None:
    drawn = diagnose(human_error="4%", train_error="4%", validation_error="4%", test_error="8%", one_pool=True)

    assert drawn.findings == ()
    assert (
        drawn.headline == "Nothing material up to validation; test is worse by chance, or because validation flatters"
    )
    assert [remedy.title for remedy in drawn.remedies] == ["Validate on more rows, or run fewer jobs"]
    small = diagnose(human_error="4%", train_error="4%", validation_error="4%", test_error="4.5%", one_pool=True)
    assert small.gaps[-1].verdict == "absent"
    assert small.headline.startswith("Nothing material: ")
