"""Which row goes where: every row in one part, groups whole, time in order, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from smtune.data.cut import cut_rows
from smtune.data.recipe import table_fingerprint
from smtune.data.split import lay_out_table, split_table
from smtune.data.times import read_times
from smtune.errors import SpecError
from smtune.spec import Split, Table, TuningSpec

THREE = [(0.7, 0.15, 0.15), (0.8, 0.2, 0.0), (0.5, 0.25, 0.25)]
seeds = st.integers(0, 2**32 - 1)


def split(parts: tuple[float, float, float] = THREE[0], /, **keys: object) -> Split:
    names = ("train", "validation", "test")
    return Split.model_validate({**dict(zip(names, parts, strict=True)), **keys})


def ids(frame: pd.DataFrame, wanted: Split) -> dict[str, list[str]]:
    return {name: list(frame["id"].iloc[rows]) for name, rows in cut_rows(frame, wanted).items()}


def complaint(frame: pd.DataFrame, wanted: Split) -> str:
    with pytest.raises(SpecError) as caught:
        cut_rows(frame, wanted)
    return str(caught.value)


@st.composite
def grouped(draw: st.DrawFn) -> pd.DataFrame:
    sizes = draw(st.lists(st.integers(1, 12), min_size=3, max_size=25))
    groups = [f"g{number}" for number, size in enumerate(sizes) for _ in range(size)]
    frame = pd.DataFrame({"group": groups, "id": [str(number) for number in range(len(groups))]})
    return frame.assign(label=[str(draw(st.integers(0, 2))) for _ in groups])


# Groups


@examples(60)
@given(grouped(), st.sampled_from(THREE), seeds, st.booleans())
def test_every_row_is_in_one_part_and_every_group_too(
    frame: pd.DataFrame, parts: tuple[float, float, float], seed: int, stratified: bool
) -> None:
    wanted = split(parts, group="group", seed=seed, stratify="label" if stratified else None)
    cut = cut_rows(frame, wanted)
    assert list(cut) == list(wanted.shares)
    assert sorted(row for rows in cut.values() for row in rows) == list(range(len(frame)))
    assert all(len(rows) for rows in cut.values())
    homes = [set(frame["group"].iloc[rows]) for rows in cut.values()]
    assert sum(map(len, homes)) == frame["group"].nunique()


@examples(60)
@given(grouped(), st.sampled_from(THREE), seeds)
def test_no_part_misses_its_share_by_more_than_the_largest_group(
    frame: pd.DataFrame, parts: tuple[float, float, float], seed: int
) -> None:
    wanted = split(parts, group="group", seed=seed)
    largest = Counter(frame["group"]).most_common(1)[0][1]
    # Where a part's share is less than a group, the part takes one all the same.
    assume(min(wanted.shares.values()) * len(frame) >= largest)
    for (_, rows), share in zip(cut_rows(frame, wanted).items(), wanted.shares.values(), strict=True):
        assert abs(len(rows) - share * len(frame)) <= largest


@examples(30)
@given(grouped(), seeds, st.randoms(use_true_random=False))
def test_where_a_group_goes_does_not_depend_on_the_order_of_the_rows(
    frame: pd.DataFrame, seed: int, random: Random
) -> None:
    order = list(range(len(frame)))
    random.shuffle(order)
    wanted = split(group="group", seed=seed, stratify="label")
    one, other = ids(frame, wanted), ids(frame.iloc[order].reset_index(drop=True), wanted)
    assert {name: set(rows) for name, rows in one.items()} == {name: set(rows) for name, rows in other.items()}


def test_the_rows_of_a_part_stay_in_the_order_of_the_source() -> None:
    frame = pd.DataFrame({"id": [str(number) for number in range(60)], "group": [str(n % 12) for n in range(60)]})
    for rows in cut_rows(frame, split(group="group")).values():
        assert list(rows) == sorted(rows)


def test_another_seed_deals_the_groups_otherwise() -> None:
    frame = pd.DataFrame({"id": [str(number) for number in range(200)], "group": [str(n // 5) for n in range(200)]})
    first, again, other = (ids(frame, split(group="group", seed=seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_many_small_groups_meet_the_shares_and_the_mix() -> None:
    label = np.random.default_rng(3).choice(["rare", "usual"], 3000, p=[0.1, 0.9])
    frame = pd.DataFrame({"group": [str(n // 10) for n in range(3000)], "label": label})
    cut = cut_rows(frame, split(group="group", stratify="label"))
    assert [len(rows) for rows in cut.values()] == pytest.approx([2100, 450, 450], abs=20)
    for rows in cut.values():
        assert (frame["label"].iloc[rows] == "rare").mean() == pytest.approx((label == "rare").mean(), abs=0.01)


def test_groups_that_are_too_few() -> None:
    frame = pd.DataFrame({"group": ["a", "b"] * 10})
    assert complaint(frame, split(group="group")) == (
        "data: data.split: 2 groups in 'group' are too few for these shares\n    give more groups, or a larger share"
    )
    assert "1 group in 'group' is too few" in complaint(frame.assign(group="a"), split(group="group"))


def test_a_stratified_column_of_too_many_values_in_too_many_groups() -> None:
    rows = [str(number) for number in range(5000)]
    frame = pd.DataFrame({"group": rows, "label": rows})
    message = complaint(frame, split(group="group", stratify="label"))
    assert "data.split.stratify: 5000 values of 'label' in 5000 groups are too many to keep their mix" in message


# Time


@examples(60)
@given(
    st.lists(st.integers(-50, 50), min_size=6, max_size=80).filter(lambda times: len(set(times)) > 3),
    st.sampled_from(THREE),
    st.randoms(use_true_random=False),
)
def test_time_is_in_order_and_equal_times_stay_together(
    times: list[int], parts: tuple[float, float, float], random: Random
) -> None:
    frame = pd.DataFrame({"time": [str(time) for time in times], "id": [str(n) for n in range(len(times))]})
    cut = cut_rows(frame, split(parts, time="time"))
    assert sorted(row for rows in cut.values() for row in rows) == list(range(len(times)))
    spans = [[times[row] for row in rows] for rows in cut.values()]
    assert all(span == sorted(span) for span in spans)
    assert all(before[-1] < after[0] for before, after in pairwise(spans))
    order = list(range(len(times)))
    random.shuffle(order)
    other = ids(frame.iloc[order].reset_index(drop=True), split(parts, time="time", seed=9))
    assert {name: set(rows) for name, rows in other.items()} == {
        name: set(frame["id"].iloc[rows]) for name, rows in cut.items()
    }


def test_distinct_times_meet_the_shares_to_a_row() -> None:
    frame = pd.DataFrame({"time": [str(number) for number in reversed(range(569))]})
    assert [len(rows) for rows in cut_rows(frame, split(time="time")).values()] == [398, 86, 85]


def test_few_moments_leave_one_for_every_part() -> None:
    frame = pd.DataFrame({"time": ["1"] * 98 + ["2", "3"]})
    assert [len(rows) for rows in cut_rows(frame, split(time="time")).values()] == [98, 1, 1]


@pytest.mark.parametrize(
    "ordered",
    [
        ["-3", "0", "2", "10"],
        ["-1e3", "0.5", "2", "1e2"],
        ["2024-01-31", "2024-02-01", "2024-10-01", "2025-01-01"],
        ["2024-01-01T12:00:00Z", "2024-01-01T14:00:00+01:00", "2024-01-01 15:00:00", "2024-01-02"],
        ["1700000000000000001", "1700000000000000002", "1700000000000000003", "1700000000000000004"],
    ],
    ids=["whole", "decimal", "days", "moments", "nanoseconds"],
)
def test_times_sort_as_they_mean(ordered: list[str]) -> None:
    moments = read_times(pd.Series(ordered, name="t"), "data.split.time")
    assert moments.is_monotonic_increasing
    assert moments.nunique() == len(ordered)


@pytest.mark.parametrize(
    ("times", "row", "value"), [(["1", "2", "soon", "4"], 3, "soon"), (["2024-01-01", "2024-01-02", ""], 3, "")]
)
def test_a_time_that_is_none(times: list[str], row: int, value: str) -> None:
    message = complaint(pd.DataFrame({"t": times}), split(time="t"))
    assert f"data.split.time: row {row} of 't' is {value!r}: neither a number nor a date" in message


def test_moments_that_are_too_few() -> None:
    assert "2 moments in 't' are too few" in complaint(pd.DataFrame({"t": ["1", "2"] * 20}), split(time="t"))


@examples(60)
@given(st.integers(20, 120), st.sampled_from([(0.6, 0.1), (0.35, 0.35), (0.2, 0.5)]), seeds, st.booleans())
def test_train_dev_is_drawn_from_the_time_of_train(
    rows: int, shares: tuple[float, float], seed: int, has_test: bool
) -> None:
    train, train_dev = shares
    test = 0.1 if has_test else 0.0
    wanted = split((train, 0.3 - test, test), time="time", train_dev=train_dev, seed=seed)
    frame = pd.DataFrame({"time": [str(number) for number in range(rows)]})
    cut = cut_rows(frame, wanted)
    assert list(cut) == list(wanted.shares)
    assert sorted(row for part in cut.values() for row in part) == list(range(rows))
    period = sorted([*cut["train"], *cut["train_dev"]])
    assert period[-1] < cut["validation"][0]
    assert abs(len(cut["train_dev"]) - len(period) * train_dev / (train + train_dev)) <= 0.5
    assert all(list(part) == sorted(part) for part in cut.values()), "each is in the order of time"
    without = cut_rows(frame, split((round(train + train_dev, 6), 0.3 - test, test), time="time"))
    assert list(cut["validation"]) == list(without["validation"]), "the other parts stay what they are"


def test_the_seed_decides_what_is_drawn_for_train_dev() -> None:
    frame = pd.DataFrame({"id": [str(n) for n in range(200)], "time": [str(n) for n in range(200)]})
    drawn = [ids(frame, split((0.5, 0.2, 0.1), time="time", train_dev=0.2, seed=seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1]
    assert drawn[0]["train_dev"] != drawn[2]["train_dev"]
    assert len(drawn[0]["train_dev"]) == 40
    assert max(map(int, drawn[0]["train_dev"])) - min(map(int, drawn[0]["train_dev"])) > 100, "from all of its time"


def test_a_training_period_too_short_for_train_dev() -> None:
    frame = pd.DataFrame({"time": [str(n) for n in range(9)]})
    message = complaint(frame, split((0.6, 0.2, 0.15), time="time", train_dev=0.05))
    assert "6 rows of the training period are too few for these shares" in message


# By chance


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
@pytest.mark.parametrize("rows", [7, 569])
def test_the_rows_drawn_by_chance_are_those_that_scikit_learn_draws(rows: int, seed: int) -> None:
    from sklearn.model_selection import train_test_split  # two seconds to import

    cut = cut_rows(pd.DataFrame({"x": ["1"] * rows}), split(seed=seed))
    rest, test = train_test_split(np.arange(rows), test_size=len(cut["test"]), random_state=seed)
    train, validation = train_test_split(rest, test_size=len(cut["validation"]), random_state=seed)
    for name, drawn in (("train", train), ("validation", validation), ("test", test)):
        assert list(cut[name]) == list(drawn)


# In a spec


@pytest.mark.parametrize("key", ["stratify", "group", "time"])
def test_a_column_that_is_not_there(key: str) -> None:
    message = complaint(pd.DataFrame({"a": ["1"] * 20}), split(**{key: "b"}))
    assert message == f"data: data.split.{key}: there is no column 'b'\n    the columns are: a"


@pytest.mark.parametrize("other", ["group", "stratify"])
def test_time_leaves_nothing_to_decide(other: str) -> None:
    with pytest.raises(ValidationError, match=f"time decides where each row goes, so {other} cannot"):
        split(time="day", **{other: "patient"})


@pytest.mark.parametrize("keys", [{}, {"group": "patient"}, {"stratify": "y"}])
def test_train_dev_needs_a_time(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="train_dev tells nothing that validation does not"):
        split((0.6, 0.15, 0.15), train_dev=0.1, **keys)


def test_a_split_without_train_dev_is_written_as_before_there_was_one() -> None:
    assert "train_dev" not in split(time="day").model_dump()
    assert split((0.6, 0.15, 0.15), time="day", train_dev=0.1).model_dump()["train_dev"] == 0.1


@pytest.mark.parametrize("key", ["group", "time"])
def test_the_label_is_neither_a_group_nor_a_time(key: str) -> None:
    with pytest.raises(ValidationError, match=f"split.{key} is the label, 'y'"):
        Table(source="t.csv", label="y", split=split(**{key: "y"}))


def test_group_and_time_are_no_features_where_the_label_is_first() -> None:
    frame = pd.DataFrame({"patient": ["p", "q", "r"], "x": ["1", "2", "3"], "label": ["0", "1", "0"]})
    table = Table(source="t.csv", split=split((0.4, 0.3, 0.3), group="patient"))
    parts = split_table(frame, table)
    assert sorted(lay_out_table(part, table, label_first=True) for part in parts.values()) == [
        "0,1\n",
        "0,3\n",
        "1,2\n",
    ]
    assert lay_out_table(parts["train"], table, label_first=False).startswith("patient,x,label\n")


def test_the_new_keys_change_the_fingerprint_of_the_data_and_their_absence_does_not(
    tmp_path: Path,
) -> None:
    assert set(Split().model_dump()) == {"train", "validation", "test", "stratify", "seed"}
    (tmp_path / "t.csv").write_text("x,label\n1,0\n")

    def fingerprint(**keys: str) -> str:
        table = Table(source="t.csv", split=split(**keys))
        described = {
            "name": "n",
            "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
            "objective": {"maximize": "validation:auc"},
            "hyperparameters": {},
            "data": table.model_dump(),
        }
        return table_fingerprint(TuningSpec.model_validate(described), table, tmp_path, None)

    assert len({fingerprint(), fingerprint(group="g"), fingerprint(group="h"), fingerprint(time="g")}) == 4
