"""A mismatch that the errors show is checked against the rows of the two sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from played_rounds import SPEC, playing

from smtune.corroborate import Corroboration, corroborate
from smtune.diagnosis import Diagnosis, diagnose
from smtune.errors import ServiceError
from smtune.job import launch
from smtune.results import Best, best_training_job
from smtune.spec import TuningSpec, load_spec
from smtune.testing import LocalService

MISMATCH = diagnose(
    human_error="1%/5000",
    train_error="1%/5000",
    train_dev_error="1.5%/5000",
    validation_error="15%/5000",
)
TEST_MISMATCH = diagnose(
    human_error="1%/5000", train_error="1%/5000", validation_error="1.5%/5000", test_error="15%/5000"
)
VARIANCE = diagnose(human_error="1%/5000", train_error="1%/5000", validation_error="15%/5000")
TEST = "s3://bucket/held/"


def rows(seed: int, shift: float = 0.0) -> bytes:
    """A label and three numbers; the second of them is shifted."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(300, 3)) + np.array([0, shift, 0])
    labels = random.integers(0, 2, len(numbers))
    lines = zip(labels, *numbers.T, strict=True)
    return "".join(f"{label},{a:.4f},{b:.4f},{c:.4f}\n" for label, a, b, c in lines).encode()


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalService, Best]]:
    """Training rows, rows of validation and test that are shifted, and a tuning job that is over."""
    with playing(tmp_path_factory.mktemp("played")) as service:
        storage: Any = service.session.client("s3")
        for key, body in {
            "train/a.csv": rows(1),
            "validation/a.csv": rows(3, shift=2.0),
            "held/a.csv": rows(5, shift=0.0),
        }.items():
            storage.put_object(Bucket="bucket", Key=key, Body=body)
        name = launch(SPEC.replace("s3://bucket/train/", "{uri: s3://bucket/train/, content_type: text/csv}")
                      .replace("s3://bucket/validation/", "{uri: s3://bucket/validation/, content_type: text/csv}"),
                      session=service.session).name  # fmt: skip
        service.finish()
        best = best_training_job(service.session, name)
        assert best is not None
        yield service, best


def found(case: tuple[LocalService, Best], diagnosis: Diagnosis, **held_out: str) -> list[Corroboration]:
    service, best = case
    return list(corroborate(service.session, diagnosis, load_spec(SPEC), best, held_out))


def test_a_mismatch_names_the_columns_that_differ(case: tuple[LocalService, Best]) -> None:
    (only,) = found(case, MISMATCH)
    assert (only.gap, only.sets) == ("data_mismatch", ("train", "validation"))
    assert only.found.verdict == "differs"
    assert [each.column for each in only.found.differing] == ["column 2"]
    verdict, column = only.sentences
    assert verdict == (
        "The rows of train and validation differ: the features (column 2), the label not (column 0 is the label)"
    )
    assert column.startswith("column 2, validation against train: median 2")
    record = only.to_dict()
    assert (record["gap"], record["sets"], record["verdict"]) == ("data_mismatch", ["train", "validation"], "differs")


def test_a_mismatch_of_the_test_set_compares_it_with_validation(case: tuple[LocalService, Best]) -> None:
    (only,) = found(case, TEST_MISMATCH, test=TEST)
    assert (only.gap, only.sets) == ("validation_to_test", ("validation", "test"))
    assert "column 2, test against validation: median" in only.sentences[1]
    assert found(case, TEST_MISMATCH) == [], "nobody knows where the test set is"


def test_rows_that_do_not_differ_say_so(case: tuple[LocalService, Best], tmp_path: Path) -> None:
    service, _ = case
    storage: Any = service.session.client("s3")
    storage.put_object(Bucket="bucket", Key="alike/a.csv", Body=rows(7, shift=2.0))
    (only,) = found(case, TEST_MISMATCH, test="s3://bucket/alike/")
    assert only.found.verdict == "no difference found"
    (sentence,) = only.sentences
    assert sentence.startswith("The rows of validation and test: no difference found (300 rows and 300)")


def test_nothing_is_fetched_where_there_is_no_mismatch(case: tuple[LocalService, Best]) -> None:
    assert found(case, VARIANCE, test="s3://bucket/nowhere/") == []


def test_rows_that_are_not_there_are_the_callers_to_tell(case: tuple[LocalService, Best]) -> None:
    with pytest.raises(ServiceError, match="s3://bucket/nowhere/"):
        found(case, TEST_MISMATCH, test="s3://bucket/nowhere/")


def test_the_columns_that_say_which_set_a_row_is_of_are_not_compared(case: tuple[LocalService, Best]) -> None:
    """Validation is newer, and of other patients: that is how the table was split."""
    service, _ = case
    storage: Any = service.session.client("s3")
    for place, seed in {"train": 1, "validation": 3}.items():
        lines = [f"{seed}{row:03},{line}" for row, line in enumerate(rows(seed).decode().splitlines())]
        storage.put_object(
            Bucket="bucket", Key=f"named/{place}/a.csv", Body="\n".join(["when,y,a,b,c", *lines]).encode()
        )
    channel = "{{uri: s3://bucket/named/{0}/, content_type: text/csv}}"
    text = SPEC.replace("s3://bucket/train/", channel.format("train"))
    text = text.replace("s3://bucket/validation/", channel.format("validation"))
    name = launch(text, session=service.session).name
    service.finish()
    best = best_training_job(service.session, name)
    assert best is not None
    for key in ("time", "group"):
        table = {"source": "rows.csv", "label": "y", "layout": "as-is", "split": {key: "when"}}
        spec = TuningSpec.model_validate({**load_spec(SPEC).model_dump(), "data": table})
        (only,) = corroborate(service.session, MISMATCH, spec, best, {})
        assert only.found.verdict == "no difference found", key
        assert not only.is_numbered, "these files have names of columns, though the algorithm is built in"
