"""Two sets of rows: what is planted is found and named, and where nothing is planted nothing is."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import smtune
from smtune.data.compare import CompareSettings, compare_data
from smtune.errors import UsageError


def rows(count: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "label": random.integers(0, 2, count),
            "age": random.normal(50, 10, count).round(4),
            "dose": random.exponential(2, count).round(4),
            "ward": random.choice(["north", "south", "east"], count),
        }
    )


def names(found: smtune.DataComparison) -> list[str]:
    return [column.column for column in found.differing]


def test_sets_of_one_pool_do_not_differ_and_the_size_that_would_have_been_seen_is_said() -> None:
    found = compare_data(rows(400), rows(300, 1), label="label")
    assert (found.verdict, found.where, names(found)) == ("no difference found", None, [])
    assert not any(each.differs for each in found.separations)
    assert found.sentence == (
        f"no difference found (400 rows and 300): a distance of {found.detectable:.2f} in one column "
        f"or an AUC of {found.separations[0].detectable:.2f} would have been, 4 times in 5"
    )
    assert 0.1 < found.detectable < 0.25


def test_the_columns_that_differ_come_with_both_sides_the_most_different_first() -> None:
    b = rows(300, 1)
    b = b.assign(age=b["age"] + 20, ward=b["ward"].replace("east", "west"))
    found = compare_data(rows(400), b, label="label")
    assert (found.verdict, found.where, names(found)) == ("differs", "features", ["age", "ward"])
    age, ward = found.differing
    assert age.kind == "numbers"
    assert age.a == pytest.approx(rows(400)["age"].median())
    assert age.words == f"median {age.b:.4g} against {age.a:.4g}"
    assert ward.new_values == ("west",)
    assert ward.new_rows == int((b["ward"] == "west").sum())
    assert found.sentence == "differs: the features (age, ward), the label not"


def test_a_shift_of_the_label_is_told_from_one_of_the_features() -> None:
    b = rows(300, 1).assign(label=lambda frame: (np.arange(len(frame)) % 5 == 0).astype(int))
    found = compare_data(rows(400), b, label="label")
    assert (found.where, names(found)) == ("label", ["label"])
    assert found.differing[0].is_label
    assert found.sentence == "differs: the label, the features not"


def test_columns_that_differ_only_together_are_found_by_the_classifier() -> None:
    a, b = rows(600), rows(600, 1)
    b = b.sort_values("age").assign(dose=np.sort(b["dose"]))
    found = compare_data(a, b, label="label")
    assert (found.verdict, found.where, names(found)) == ("differs", "features", [])
    features = found.separations[0]
    assert features.of == "features"
    assert features.auc > 0.7
    assert {each.column for each in features.relies_on} == {"age", "dose"}
    assert found.sentence.startswith("differs: the features (together: ")
    assert found.sentence.endswith("; none by itself), the label not")


def test_a_label_that_belongs_to_other_features_is_a_matter_of_the_relation() -> None:
    a, b = rows(800), rows(800, 1)
    a, b = a.assign(label=(a["age"] > 50).astype(int)), b.assign(label=(b["age"] < 50).astype(int))
    found = compare_data(a, b, label="label")
    assert (found.where, names(found)) == ("relation", [])
    without, together = found.separations
    assert (without.differs, together.differs, together.of) == (False, True, "features and label")
    assert "label" in {each.column for each in together.relies_on}


def test_missing_values_are_a_difference() -> None:
    b = rows(400, 1)
    b["dose"] = b["dose"].mask(np.arange(400) % 4 == 0)
    (dose,) = compare_data(rows(400), b).differing
    assert (dose.column, dose.kind, dose.missing_a, dose.missing_b) == ("dose", "missing", 0, 0.25)
    assert dose.words == "25 % missing against 0 %"


@pytest.mark.parametrize("word", ["NA", "null", "None", " "])
def test_a_missing_value_may_be_written_in_words(word: str) -> None:
    b = rows(400, 1)
    b["dose"] = b["dose"].astype(str).mask(np.arange(400) % 4 == 0, word)
    (dose,) = compare_data(rows(400), b).differing
    assert (dose.kind, dose.missing_b) == ("missing", 0.25)


def test_a_spread_that_differs_is_told_as_one() -> None:
    b = rows(400, 1)
    b["age"] = 50 + 3 * (b["age"] - 50)
    (age,) = compare_data(rows(400), b).differing
    assert age.words.startswith("middle half ")


def test_times_and_texts_of_many_values_are_compared() -> None:
    random = np.random.default_rng(0)

    def notes(count: int, words: int) -> list[str]:
        return [" ".join(random.choice(["pain", "fever", "cough", "rest"], words)) + f" {n}" for n in range(count)]

    def days(start: str) -> list[str]:
        found = pd.Timestamp(start) + pd.to_timedelta(random.permutation(300), unit="D")
        return [f"{day:%Y-%m-%d}" for day in found]

    a = pd.DataFrame({"day": days("2024-01-01"), "note": notes(300, 4)})
    b = pd.DataFrame({"day": days("2024-08-01"), "note": notes(300, 9)})
    found = {each.column: each for each in compare_data(a, b).differing}
    assert (found["day"].kind, found["day"].looks_like) == ("times", "time")
    assert found["day"].words.startswith("median 2024-12-")
    assert found["note"].kind == "text"
    assert found["note"].words.startswith("length: median ")


def test_a_column_that_gives_the_set_away_does_not_hide_the_others() -> None:
    a, b = rows(300).assign(row=range(300)), rows(300, 2).assign(row=range(300, 600))
    b = b.sort_values("age").assign(dose=np.sort(b["dose"]))
    found = compare_data(a, b)
    assert names(found) == ["row"]
    assert found.differing[0].looks_like == "id"
    assert found.separations[0].left_out == ("row",)
    assert {each.column for each in found.separations[0].relies_on} == {"age", "dose"}
    assert found.notes[0].startswith("row tells A from B by itself (nearly every row has a value of its own)")


def test_copies_of_a_column_do_not_hide_each_other() -> None:
    a, b = (
        each.assign(weight=2 * each["age"]) for each in (rows(400), rows(400, 1).assign(age=rows(400, 1)["age"] + 10))
    )
    first = compare_data(a, b).separations[0].relies_on[0]
    assert (first.column, first.copies) == ("age", ("weight",))


def test_rows_of_a_group_count_once() -> None:
    def visits(first: int, seed: int) -> pd.DataFrame:
        patients = rows(40, seed).assign(patient=[f"p{first + number}" for number in range(40)])
        return patients.loc[patients.index.repeat(30)].reset_index(drop=True)

    a, b = visits(0, 0), visits(40, 1)
    blind = compare_data(a, b)
    assert blind.verdict == "differs", "thirty copies of a patient look like evidence"
    assert any(note.startswith("patient looks like a group") for note in blind.notes)
    found = compare_data(a, b, group="patient")
    assert found.verdict != "differs"
    assert (found.a.rows, found.a.used, found.b.used) == (1200, 40, 40)
    assert "A: one row of each patient, 40 of 1,200 rows" in found.notes


def test_rows_that_repeat_or_stand_in_both_are_said() -> None:
    a, b = rows(300), rows(300, 1)
    notes = compare_data(pd.concat([a, a.iloc[:30]]), pd.concat([b, a.iloc[:50]])).notes
    assert "30 rows of A (9%) repeat another one of it" in notes
    assert "50 rows of B (14%) found in A too" in notes


def test_columns_that_only_one_has() -> None:
    found = compare_data(rows(100).assign(x=1), rows(100, 1).drop(columns="ward"))
    assert (found.only_in_a, found.only_in_b) == (("ward", "x"), ())


@pytest.mark.parametrize("count", [5, 25])
def test_too_few_rows_are_said(count: int) -> None:
    found = compare_data(rows(count), rows(count, 1))
    assert found.verdict == "too few rows"
    assert found.sentence.startswith(f"too few rows to tell ({count} rows and {count}): even a distance of ")


def test_few_rows_are_enough_for_a_large_difference() -> None:
    assert compare_data(rows(25), rows(25, 1).assign(age=99.0)).verdict == "differs"


def test_a_slight_difference_of_many_rows_is_called_one() -> None:
    b = rows(15_000, 1)
    found = compare_data(rows(15_000), b.assign(age=b["age"] + 1))
    assert found.sentence.endswith("but only slightly, by a distance below 0.1 everywhere")


def test_a_constant_column_is_no_evidence_and_no_trouble() -> None:
    one = pd.DataFrame({"x": [1] * 200})
    found = compare_data(one, one)
    assert (found.verdict, found.columns, found.separations) == ("no difference found", (), ())


def test_the_same_seed_gives_the_same_result() -> None:
    once, again, other = (
        compare_data(rows(200), rows(200, 1), settings=CompareSettings(seed=seed)) for seed in (3, 3, 4)
    )
    assert once == again
    assert once.separations[0].auc != other.separations[0].auc


def test_the_record_is_plain() -> None:
    record = compare_data(rows(100), rows(100, 1).assign(label=0), label="label").to_dict()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["schema_version"] == 1
    assert record["columns"][0]["column"] == "label"


@pytest.mark.parametrize(("option", "column"), [("label", "outcome"), ("group", "9")])
def test_a_column_that_is_not_there_is_refused(option: str, column: str) -> None:
    with pytest.raises(UsageError, match=f"A has no column '{column}'\n    the columns are: label, age, dose, ward"):
        compare_data(rows(50), rows(50, 1), **{option: column})  # type: ignore[arg-type]


def test_sets_without_a_column_in_common_are_refused() -> None:
    with pytest.raises(UsageError, match="no column in common"):
        compare_data(rows(50), rows(50).add_prefix("x"))
