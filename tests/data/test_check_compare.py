"""What stands in two sets, and sets that differ: what is planted is found, and where nothing is planted nothing is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from check_specs import CSV, channels, kinds, look, named, rows, spec_of, text_of
from hypothesis import given, settings
from hypothesis import strategies as st

from smtune.data.check.builder import SheetBuilder
from smtune.data.check.model import Sheet
from smtune.data.check.shift import check_shift
from smtune.data.check.two_samples import holm


def sheet(name: str, frame: pd.DataFrame) -> Sheet:
    builder = SheetBuilder(name, ("rows.csv",), tuple(frame.columns), label=list(frame.columns).index("label"))
    for line, row in enumerate(frame.astype(str).itertuples(index=False, name=None), 1):
        builder.add(row, 0, line)
    return builder.build(is_whole=True)


def xgboost(folder: Path, **frames: pd.DataFrame) -> Any:
    texts = {name: text_of(frame) for name, frame in frames.items()}
    return look(folder, spec_of("xgboost", channels(folder, CSV, **texts), objective="binary:logistic"))


def own(folder: Path, frames: dict[str, pd.DataFrame], **columns: str) -> Any:
    texts = {name: text_of(frame, header=True) for name, frame in frames.items()}
    return look(folder, spec_of(None, channels(folder, None, **texts)), **columns)


# Rows


def test_rows_of_a_set_that_stand_in_train_too(tmp_path: Path) -> None:
    train, validation = rows(200), rows(100, 1)
    leaked = pd.concat([validation, train.iloc[[7, 3]]])
    finding = named(xgboost(tmp_path, train=train, validation=leaked), "shared-rows")
    assert (finding.severity, finding.channel, finding.count) == ("warning", "train, validation", 2)
    assert finding.message == "2 rows of validation (2 %) found in train too: the model has seen the answer"
    train_file, file = (f"{tmp_path}/{name}/rows.csv" for name in ("train", "validation"))
    assert finding.place == f"{file}:101"
    assert finding.examples == (f"{file}:101 = {train_file}:8", f"{file}:102 = {train_file}:4")


def test_the_same_inputs_with_another_label(tmp_path: Path) -> None:
    train = rows(200)
    other = train.iloc[[5]].assign(label=1 - train["label"].iloc[5])
    found = xgboost(tmp_path, train=train, validation=pd.concat([rows(100, 1), other]))
    finding = named(found, "shared-inputs")
    assert finding.examples == (f"{tmp_path}/validation/rows.csv:101 = {tmp_path}/train/rows.csv:6",)
    assert "shared-rows" not in kinds(found)


def test_every_pair_of_sets_is_compared(tmp_path: Path) -> None:
    validation = rows(100, 1)
    test = pd.concat([rows(100, 2), validation.iloc[[0]]])
    finding = named(xgboost(tmp_path, train=rows(200), validation=validation, test=test), "shared-rows")
    assert finding.channel == "validation, test"


def test_rows_that_are_repeated_or_contradict(tmp_path: Path) -> None:
    train = rows(200)
    other = train.iloc[[5]].assign(label=1 - train["label"].iloc[5])
    found = xgboost(tmp_path, train=pd.concat([train, train.iloc[:4], train.iloc[:1], other]))
    repeated = named(found, "repeated-rows")
    assert (repeated.count, repeated.severity, repeated.place[-4:]) == (5, "warning", ":201")
    contradicting = named(found, "contradicting-labels")
    assert (contradicting.count, contradicting.severity, contradicting.place[-4:]) == (1, "note", ":206")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40), st.data())
def test_what_is_shared_is_counted_as_sets_count_it(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    from smtune.data.check.leakage import check_shared_rows, repeated_rows

    cut = data.draw(st.integers(0, len(pairs)))
    frame = pd.DataFrame(pairs, columns=["label", "x"])
    known, held = sheet("train", frame.iloc[:cut]), sheet("test", frame.iloc[cut:])
    counts = {each.check: each.count for each in check_shared_rows(known, held)}
    shared = [pair for pair in pairs[cut:] if pair in pairs[:cut]]
    inputs = [pair for pair in pairs[cut:] if pair[1] in {x for _, x in pairs[:cut]} and pair not in pairs[:cut]]
    assert counts.get("shared-rows", 0) == len(shared)
    assert counts.get("shared-inputs", 0) == len(inputs)
    repeated = repeated_rows(sheet("data", frame))
    assert len(repeated.rows) == len(pairs) - len(set(pairs))
    assert len(repeated.contradicting) == len(set(pairs)) - len({x for _, x in pairs})


# Groups and times


def test_a_group_in_two_sets(tmp_path: Path) -> None:
    train = rows(200).assign(patient=[f"p{number // 4}" for number in range(200)])
    validation = rows(100, 1).assign(patient=[f"q{number // 4}" for number in range(98)] + ["p1", "p3"])
    finding = named(own(tmp_path, {"train": train, "validation": validation}, group="patient"), "shared-groups")
    assert finding.message == (
        "2 groups of patient ('p1', 'p3') with rows in train and in validation: 2 rows of validation"
    )
    assert finding.place.endswith("validation/rows.csv:100")
    assert finding.fix.startswith("split with group: patient")


def test_a_group_by_the_number_of_its_column(tmp_path: Path) -> None:
    texts = {"train": text_of(rows(60).assign(g=range(60))), "test": text_of(rows(60, 1).assign(g=range(59, 119)))}
    found = look(tmp_path, spec_of("xgboost", channels(tmp_path, CSV, **texts)), group="4")
    assert named(found, "shared-groups").count == 1


def test_train_dev_is_of_the_time_of_train(tmp_path: Path) -> None:
    days = [f"2024-{1 + number // 28:02}-{1 + number % 28:02}" for number in range(300)]
    train, validation = rows(200).assign(day=days[:200]), rows(100, 1).assign(day=days[200:])
    train_dev, late = rows(50, 2).assign(day=days[100:150]), rows(50, 3).assign(day=days[210:260])
    sets = {"train": train, "train_dev": train_dev, "validation": validation}
    assert "shared-time" not in kinds(own(tmp_path, sets, time="day"))
    finding = named(own(tmp_path, {**sets, "train_dev": late}, time="day"), "shared-time")
    assert finding.channel == "train_dev, validation"


def test_rows_that_are_not_later(tmp_path: Path) -> None:
    days = [f"2024-{1 + number // 28:02}-{1 + number % 28:02}" for number in range(300)]
    train, validation = rows(200).assign(day=days[:200]), rows(100, 1).assign(day=days[200:])
    assert "shared-time" not in kinds(own(tmp_path, {"train": train, "validation": validation}, time="day"))
    validation.loc[4, "day"] = "2024-01-01"
    finding = named(own(tmp_path, {"train": train, "validation": validation}, time="day"), "shared-time")
    assert (finding.count, finding.place[-10:]) == (1, "rows.csv:6")
    assert "the newest of train (day '2024-08-04')" in finding.message
    validation.loc[5, "day"] = "soon"
    assert (
        named(own(tmp_path, {"train": train, "validation": validation}, time="day"), "unreadable-time").place == "day"
    )


# Distributions


def test_a_shifted_column_is_named_with_its_size(tmp_path: Path) -> None:
    held = rows(150, 1)
    found = xgboost(tmp_path, train=rows(400), validation=held.assign(age=held["age"] + 8))
    finding = named(found, "shift")
    assert (finding.severity, finding.place) == ("warning", "validation, column 1")
    assert finding.message.startswith("clearly different from train: median 5")


def test_a_category_with_another_share(tmp_path: Path) -> None:
    found = xgboost(tmp_path, train=rows(400), test=rows(150, 1, ward=3))
    finding = named(found, "shift")
    assert finding.message.startswith("very different from train: 100 % of the rows have '3' ")


def test_class_shares_that_differ(tmp_path: Path) -> None:
    label = (np.arange(150) % 4 == 0).astype(int)
    finding = named(xgboost(tmp_path, train=rows(400), validation=rows(150, 1, label=label)), "label-shift")
    assert finding.message.startswith("the label is clearly different from train: 74.7 % of the rows")


def test_missing_values_that_differ(tmp_path: Path) -> None:
    held = rows(150, 1)
    finding = named(
        xgboost(tmp_path, train=rows(400), test=held.assign(age=held["age"].where(held.index > 60))), "shift"
    )
    assert "41 % missing against 0 % (distance 0.41" in finding.message


def test_a_category_and_a_class_that_train_never_has(tmp_path: Path) -> None:
    train, held = rows(300).assign(site="a"), rows(100, 1).assign(site=["b"] + ["a"] * 99)
    train.loc[0, "site"] = "c"
    held.loc[3, "label"] = 5
    found = own(tmp_path, {"train": train, "validation": held}, label="label")
    messages = [each.message for each in found.findings if each.check == "new-values"]
    assert messages == [
        "1 class of the label in validation that train never has: '5', in 1 row",
        "1 value of site in validation that train never has: 'b', in 1 row",
    ]


def test_a_large_set_with_a_small_difference_is_not_alarmed(tmp_path: Path) -> None:
    held = rows(20_000, 1)
    found = list(check_shift([sheet("train", rows(20_000)), sheet("test", held.assign(age=held["age"] + 0.6))]))
    assert found == []


def test_groups_and_times_make_a_shift_a_note(tmp_path: Path) -> None:
    frame = rows(300).assign(day=range(300), dose=range(300))
    (tmp_path / "t.csv").write_text(text_of(frame, header=True))
    spec = spec_of("xgboost", {"source": "t.csv", "split": {"time": "day"}}, objective="binary:logistic")
    found = look(tmp_path, spec)
    assert kinds(found) == []
    assert {(each.check, each.severity, each.place) for each in found.findings} == {
        ("shift", "note", "validation, dose"),
        ("shift", "note", "test, dose"),
    }
    assert "(the sets are of different times)" in found.findings[0].message


# Of the draws 5 % may raise one, that is 2 of 40 and 6 of 120; more than these happen once in 1,000 times.
@pytest.mark.parametrize(("draws", "most"), [(40, 7), pytest.param(120, 14, marks=pytest.mark.thorough)])
def test_rows_of_one_pool_seldom_raise_an_alarm(draws: int, most: int) -> None:
    alarms = 0
    for seed in range(draws):
        random = np.random.default_rng(seed)
        frame = pd.DataFrame({"label": random.integers(0, 3, 220), "x": random.normal(size=220).round(3)})
        alarms += any(check_shift([sheet("train", frame.iloc[:150]), sheet("validation", frame.iloc[150:])]))
    assert alarms <= most


def test_a_planted_shift_is_nearly_always_found() -> None:
    found = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        train = pd.DataFrame({"label": random.integers(0, 3, 300), "x": random.normal(size=300)})
        held = pd.DataFrame({"label": random.integers(0, 3, 100), "x": random.normal(0.7, 1, 100)})
        found += [each.place for each in check_shift([sheet("train", train), sheet("test", held)])] == ["test, x"]
    assert found >= 34


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_is_at_least_as_strict_as_each_test_and_never_more_than_bonferroni(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(p <= q <= min(1.0, p * len(values)) for p, q in zip(values, adjusted, strict=True))
    assert [x for _, x in sorted(zip(values, adjusted, strict=True))] == sorted(adjusted)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


# A table, as its split would be


def test_copies_in_a_table_leak_into_its_parts(tmp_path: Path) -> None:
    frame = rows(300)
    (tmp_path / "t.csv").write_text(text_of(pd.concat([frame, frame]), header=True))
    found = look(tmp_path, spec_of("xgboost", {"source": "t.csv"}, objective="binary:logistic"))
    assert kinds(found) == ["repeated-rows", "shared-rows", "shared-rows", "shared-rows"]
    assert named(found, "repeated-rows").message == "300 rows (50 %) a copy of an earlier one"


def test_what_a_table_is_checked_as_is_what_the_launch_makes_of_it(tmp_path: Path) -> None:
    from smtune.data.check.names import Keys
    from smtune.data.check.tables import read_source
    from smtune.data.split import read_table, split_table
    from smtune.spec import Table

    frame = rows(300).assign(patient=[f"p{number // 5}" for number in range(300)])
    (tmp_path / "t.csv").write_text(text_of(frame, header=True))
    for split in ({}, {"stratify": "label", "seed": 5}, {"group": "patient"}, {"time": "age"}):
        table = Table.model_validate({"source": "t.csv", "split": split})
        reading = read_source(spec_of(None, table.model_dump()), table, tmp_path, Keys("label"), 0)
        made = split_table(read_table(tmp_path / "t.csv"), table)
        assert [part.name for part in reading.parts] == list(made)
        for part, rows_of in zip(reading.parts, made.values(), strict=True):
            assert part.sample.to_numpy().tolist() == rows_of.to_numpy().tolist()
            assert (part.line_of == rows_of.index + 2).all()


def test_a_finding_is_a_line_then_its_further_places_then_its_fix(tmp_path: Path) -> None:
    train = rows(200)
    found = xgboost(tmp_path, train=pd.concat([train, train.iloc[:2]]), test=pd.concat([rows(99, 1), train.iloc[[7]]]))
    shared, repeated = (named(found, check).describe().split("\n    ") for check in ("shared-rows", "repeated-rows"))
    assert shared[1:2] == [f"{tmp_path}/test/rows.csv:100 = {tmp_path}/train/rows.csv:8"]
    assert repeated == [
        f"note: {tmp_path}/train/rows.csv:201: 2 rows (0.99 %) a copy of an earlier one",
        f"also {tmp_path}/train/rows.csv:202",
        "keep each once, unless they are measured twice",
    ]


def as_libsvm(frame: pd.DataFrame, file: Path) -> None:
    lines = (
        f"{row[0]} " + " ".join(f"{index}:{cell}" for index, cell in enumerate(row[1:])) for row in frame.to_numpy()
    )
    file.write_text("\n".join(lines) + "\n")


def as_lines(frame: pd.DataFrame, file: Path) -> None:
    frame.to_json(file, orient="records", lines=True)


def as_parquet(frame: pd.DataFrame, file: Path) -> None:
    frame.to_parquet(file, index=False)


@pytest.mark.parametrize(
    ("algorithm", "content_type", "ending", "write"),
    [
        ("xgboost", "text/libsvm", "libsvm", as_libsvm),
        ("xgboost", "application/x-parquet", "parquet", as_parquet),
        (None, None, "jsonl", as_lines),
        (None, None, "parquet", as_parquet),
    ],
)
def test_copies_and_shifts_are_found_in_every_format_of_rows(
    tmp_path: Path, algorithm: str | None, content_type: str | None, ending: str, write: Any
) -> None:
    train, held = rows(400), rows(150, 1)
    held = pd.concat([held.assign(age=held["age"] + 8), train.iloc[[9]]], ignore_index=True)
    named_channels = {}
    for name, frame in (("train", train), ("validation", held)):
        write(frame, tmp_path / f"{name}.{ending}")
        named_channels[name] = {"uri": f"{name}.{ending}", **({"content_type": content_type} if content_type else {})}
    found = look(tmp_path, spec_of(algorithm, {"channels": named_channels}), label="label")
    train_file, held_file = (f"{tmp_path}/{name}.{ending}" for name in ("train", "validation"))
    assert named(found, "shared-rows").examples == (f"{held_file}:151 = {train_file}:10",)
    assert named(found, "shift").place == f"validation, {'feature 0' if ending == 'libsvm' else 'age'}"
    assert kinds(found) == ["shared-rows", "shift"]
