"""What the algorithm could not read is said with file and line, before anything is sent."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from check_specs import CSV, channels, kinds, look, named, rows, spec_of, text_of
from hypothesis import given, settings
from hypothesis import strategies as st

from smtune.data.check import check_data

GOOD = text_of(rows(60))


def xgboost(folder: Path, content_type: str | None = CSV, **texts: str | bytes) -> Any:
    return look(folder, spec_of("xgboost", channels(folder, content_type, **texts), objective="binary:logistic"))


def test_good_data_has_no_findings(tmp_path: Path) -> None:
    found = xgboost(tmp_path, train=GOOD, validation=text_of(rows(40, 1)))
    assert found.findings == ()
    assert [(each.channel, each.rows, each.is_whole) for each in found.looks] == [
        ("train", 60, True),
        ("validation", 40, True),
    ]


def test_rows_that_are_not_as_wide_as_the_first(tmp_path: Path) -> None:
    finding = named(xgboost(tmp_path, train=f"{GOOD}1,2\n1,2,3,4,5\n"), "ragged-rows")
    assert finding.severity == "error"
    assert finding.place == f"{tmp_path}/train/rows.csv:61"
    assert finding.message == "2 rows not as wide as the others: 2 fields instead of 4"
    assert finding.examples == (f"{tmp_path}/train/rows.csv:61", f"{tmp_path}/train/rows.csv:62")


def test_a_first_row_that_is_not_as_wide_as_the_others(tmp_path: Path) -> None:
    finding = named(xgboost(tmp_path, train=f"1,2\n{GOOD}"), "ragged-rows")
    assert (finding.place[-2:], finding.count) == (":1", 1)


def test_a_header_where_none_may_be(tmp_path: Path) -> None:
    finding = named(xgboost(tmp_path, train=text_of(rows(60), header=True)), "header")
    assert finding.place.endswith("rows.csv:1")
    assert finding.message == "the first line is a header (label, age, dose, ...), which xgboost takes for a row"


def test_a_cell_that_is_no_number(tmp_path: Path) -> None:
    finding = named(xgboost(tmp_path, train=GOOD + "1,old,2,3\n0,2,x,y\n"), "not-a-number")
    assert (finding.place[-3:], finding.count) == (":61", 3)
    assert finding.message == "3 cells xgboost cannot read: 'old' in column 1"


def test_a_missing_value_is_one_to_xgboost_and_a_doubt_to_others(tmp_path: Path) -> None:
    text = f"{GOOD}1,,2,3\n"
    assert kinds(xgboost(tmp_path, train=text)) == []
    linear = look(
        tmp_path, spec_of("linear-learner", channels(tmp_path, CSV, train=text), predictor_type="binary_classifier")
    )
    assert kinds(linear) == ["missing-values"]
    assert named(linear, "missing-values").message == "1 cell without a value, first in column 1"


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e999"])
def test_an_infinite_value(tmp_path: Path, cell: str) -> None:
    finding = named(xgboost(tmp_path, train=f"{GOOD}1,{cell},2,3\n"), "infinite-values")
    assert (finding.severity, finding.place[-3:]) == ("error", ":61")


@pytest.mark.parametrize("cell", ["", "nan", "NA"])
def test_a_row_without_a_label(tmp_path: Path, cell: str) -> None:
    finding = named(xgboost(tmp_path, train=f"{GOOD}{cell},1,2,3\n"), "label-missing")
    assert (finding.severity, finding.message) == ("error", "1 row without a label")


@pytest.mark.parametrize(
    ("static", "label", "words"),
    [
        ({"objective": "binary:logistic"}, "2", "a number from 0 to 1"),
        ({"objective": "multi:softmax", "num_class": 2}, "2", "a whole number from 0 to 1"),
        ({"objective": "multi:softprob", "num_class": 3}, "0.5", "a whole number from 0 to 2"),
        ({"objective": "count:poisson"}, "-1", "a number of at least 0"),
        ({"objective": "reg:tweedie"}, "-0.5", "a number of at least 0"),
        ({"objective": "reg:gamma"}, "0", "a number above 0"),
        ({"objective": "reg:squaredlogerror"}, "-1", "a number above -1"),
        ({"objective": "rank:ndcg"}, "40", "a whole number from 0 to 31"),
        ({"objective": "rank:map"}, "2", "0 or 1"),
    ],
)
def test_a_label_that_the_objective_cannot_have(tmp_path: Path, static: dict[str, Any], label: str, words: str) -> None:
    good = text_of(rows(60).assign(label=1))
    data = channels(tmp_path, CSV, train=f"{good}{label},1,2,3\n")
    finding = named(look(tmp_path, spec_of("xgboost", data, **static)), "illegal-label")
    assert (finding.severity, finding.place[-3:], finding.count) == ("error", ":61", 1)
    because = f"as objective: {static['objective']} wants it: {label}"
    assert finding.message == f"1 row with a label that is not {words}, {because}"
    xgb = pytest.importorskip("xgboost")
    frame = pd.read_csv(tmp_path / "train" / "rows.csv", header=None)
    parameters = {**static, "verbosity": 0, "base_score": 0.5}
    groups = {"qid": [1] * len(frame)} if static["objective"].startswith("rank:") else {}
    with pytest.raises(xgb.core.XGBoostError):  # the library itself refuses what is refused here
        xgb.train(parameters, xgb.DMatrix(frame[[1, 2, 3]], label=frame[0], **groups), 2)


def test_a_tuned_objective_has_no_rule(tmp_path: Path) -> None:
    data = channels(tmp_path, CSV, train=text_of(rows(60).assign(label=range(60))))
    static = {"objective": {"values": ["binary:logistic", "reg:squarederror"]}}
    assert kinds(look(tmp_path, spec_of("xgboost", data, **static))) == []


def test_fractions_where_classes_are_meant(tmp_path: Path) -> None:
    finding = named(xgboost(tmp_path, train=f"{GOOD}0.5,1,2,3\n"), "fractional-label")
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    ("static", "label", "words"),
    [
        ({"predictor_type": "binary_classifier"}, "2", "0 or 1"),
        ({"predictor_type": "multiclass_classifier", "num_classes": 3}, "3", "a whole number from 0 to 2"),
    ],
)
def test_labels_of_linear_learner(tmp_path: Path, static: dict[str, Any], label: str, words: str) -> None:
    data = channels(tmp_path, CSV, train=f"{GOOD}{label},1,2,3\n")
    finding = named(look(tmp_path, spec_of("linear-learner", data, **static)), "illegal-label")
    assert f"is not {words}, as predictor_type: {static['predictor_type']} wants it" in finding.message


def test_classes_that_no_row_has(tmp_path: Path) -> None:
    data = channels(tmp_path, CSV, train=GOOD)
    finding = named(look(tmp_path, spec_of("xgboost", data, objective="multi:softmax", num_class=4)), "unseen-class")
    assert finding.message == "2 of 4 classes without a row: 2, 3"


def test_a_label_that_is_always_the_same(tmp_path: Path) -> None:
    found = xgboost(tmp_path, train=GOOD, validation=text_of(rows(40, 1).assign(label=1)))
    finding = named(found, "constant-label")
    assert (finding.severity, finding.channel) == ("warning", "validation")
    assert named(xgboost(tmp_path, train=text_of(rows(40).assign(label=1))), "constant-label").severity == "error"


def test_columns_that_say_nothing_are_a_note(tmp_path: Path) -> None:
    finding = named(xgboost(tmp_path, train=text_of(rows(60).assign(dose=7))), "constant-columns")
    assert (finding.severity, finding.message) == ("note", "1 column with the same value everywhere: column 2 ('7')")


def test_no_content_type_and_files_that_are_csv(tmp_path: Path) -> None:
    finding = named(xgboost(tmp_path, None, train=GOOD), "content-type")
    assert finding.severity == "error"
    assert finding.message == "no content_type, but the files are CSV: XGBoost reads LIBSVM then"
    linear = look(tmp_path, spec_of("linear-learner", channels(tmp_path, None, train=GOOD), predictor_type="regressor"))
    assert named(linear, "content-type").severity == "warning"


def test_a_hidden_file_that_the_container_would_not_start_with(tmp_path: Path) -> None:
    data = channels(tmp_path, CSV, train=GOOD)
    (tmp_path / "train" / ".rows.csv").write_text(GOOD)
    finding = named(look(tmp_path, spec_of("xgboost", data)), "hidden-file")
    assert finding.place == f"{tmp_path}/train/.rows.csv"


def test_sets_and_files_of_different_widths(tmp_path: Path) -> None:
    narrow = text_of(rows(40, 1).drop(columns="dose"))
    finding = named(xgboost(tmp_path, train=GOOD, validation=narrow), "set-widths")
    assert finding.message == "3 columns, where train has 4"
    data = channels(tmp_path, CSV, train=GOOD)
    (tmp_path / "train" / "more.csv").write_text(narrow)
    assert named(look(tmp_path, spec_of("xgboost", data)), "file-widths").message == (
        "the files of the channel differ in their number of columns: 4 in rows.csv, 3 in more.csv"
    )


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    finding = named(xgboost(tmp_path, train=GOOD.encode() + b"1,\xe9,2,3\n"), "encoding")
    assert finding.place.endswith(":61")


@pytest.mark.parametrize("delimiter", ["\t", ";", " "])
def test_xgboost_finds_its_delimiter(tmp_path: Path, delimiter: str) -> None:
    assert kinds(xgboost(tmp_path, train=GOOD.replace(",", delimiter))) == []


def test_text_is_legal_where_categories_are(tmp_path: Path) -> None:
    data = channels(tmp_path, CSV, train=text_of(rows(60).assign(ward="north")))
    assert kinds(look(tmp_path, spec_of("catboost", data))) == []
    header = channels(tmp_path, CSV, train=text_of(rows(60), header=True))
    assert kinds(look(tmp_path, spec_of("lightgbm", header))) == ["header"]


def test_no_label_where_the_content_type_says_so(tmp_path: Path) -> None:
    data = channels(tmp_path, "text/csv;label_size=0", train=f"{GOOD}nan,1,2,3\n")
    assert kinds(look(tmp_path, spec_of("kmeans", data))) == ["missing-values"]


# A row a line


def lines(folder: Path, algorithm: str, text: str, content_type: str | None = None, **static: Any) -> Any:
    data = channels(folder, content_type, train=text)
    file = folder / "train" / "rows.csv"
    file.rename(file.with_suffix(".txt"))
    return look(folder, spec_of(algorithm, data, **static))


SERIES = {"start": "2024-01-01 00:00:00", "target": [1, 2.5, "NaN", None], "cat": [0, 1], "dynamic_feat": [[1] * 4]}


@pytest.mark.parametrize(
    ("algorithm", "good", "bad", "check", "words"),
    [
        ("xgboost", "1 0:1.5 3:2\n0:2 qid:1 1:1 # remark\n", "1,2,3", "not-libsvm", "of another form than LIBSVM"),
        ("xgboost", "1 0:1.5\n", "1 -1:2", "not-libsvm", "of another form than LIBSVM"),
        ("blazingtext", "__label__spam win money\n__label__a __label__b x\n", "win money", "not-labelled", "__label__"),
        ("blazingtext", "__label__spam win\n", "__label__spam", "not-labelled", "with a label and no text"),
        ("forecasting-deepar", json.dumps(SERIES), '{"target": [1]}', "not-series", 'with a "start" that is no time'),
        (
            "forecasting-deepar",
            json.dumps(SERIES),
            json.dumps({**SERIES, "target": ["x"]}),
            "not-series",
            'with a "target" that is no list of numbers',
        ),
        (
            "forecasting-deepar",
            json.dumps(SERIES),
            json.dumps({**SERIES, "dynamic_feat": [[1]]}),
            "not-series",
            'with a "dynamic_feat" that is not as long as its target',
        ),
        ("forecasting-deepar", json.dumps(SERIES), json.dumps({**SERIES, "cat": ["a"]}), "not-series", '"cat"'),
        ("forecasting-deepar", json.dumps(SERIES), "[]", "not-series", "of JSON without an object"),
        ("forecasting-deepar", json.dumps(SERIES), "[" * 100_000, "not-series", "of something else than JSON"),
        ("object2vec", '{"label": 0, "in0": [1], "in1": [2, 3]}', '{"in0": [1], "in1": [1]}', "not-pairs", '"label"'),
        ("object2vec", '{"label": 0, "in0": [1], "in1": [2]}', '{"label": 1, "in0": "a"}', "not-pairs", '"in0"'),
        ("ipinsights", "anna,192.168.1.2\nbo, 10.0.0.1", "anna,300.1.1.1", "not-addresses", "without an IPv4 address"),
    ],
)
def test_a_line_of_another_form(tmp_path: Path, algorithm: str, good: str, bad: str, check: str, words: str) -> None:
    static = {"mode": "supervised"} if algorithm == "blazingtext" else {}
    assert kinds(lines(tmp_path, algorithm, good, **static)) == []
    good = good.rstrip("\n")
    finding = named(lines(tmp_path, algorithm, f"{good}\n{bad}\n", **static), check)
    assert finding.severity == "error"
    assert finding.place.endswith(f"rows.txt:{good.count(chr(10)) + 2}")
    assert words in finding.message
    assert finding.fix.startswith("write ")


def test_a_list_of_pictures(tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n"
    data = channels(tmp_path, "application/x-image", train=png, validation=b"\xff\xd8\xff", test=b"GIF89a")
    finding = named(look(tmp_path, spec_of("image-classification", data)), "not-a-picture")
    assert (finding.channel, finding.message) == ("test", "1 file neither JPEG nor PNG")


def test_a_line_of_a_list_that_is_of_another_form(tmp_path: Path) -> None:
    data = channels(tmp_path, "application/x-image", train=b"\xff\xd8\xff", train_lst="1\t0\ta.jpg\n2 1 b.jpg\n")
    finding = named(look(tmp_path, spec_of("image-classification", data)), "not-lst")
    assert (finding.channel, finding.place[-2:]) == ("train_lst", ":2")


def test_other_channels_are_left_alone_and_that_is_said(tmp_path: Path) -> None:
    data = channels(tmp_path, None, train=text_of(rows(30), header=True), images=b"x")
    finding = named(look(tmp_path, spec_of(None, data)), "not-looked-at")
    assert (finding.severity, finding.channel) == ("note", "images")


@pytest.mark.parametrize(
    ("algorithm", "content_type"),
    [("image-classification", "application/x-recordio"), ("linear-learner", "application/x-recordio-protobuf")],
)
def test_recordio_has_its_mark(tmp_path: Path, algorithm: str, content_type: str) -> None:
    data = channels(tmp_path, content_type, train=b"\x0a\x23\xd7\xce....", validation=b"0,1,2\n")
    finding = named(look(tmp_path, spec_of(algorithm, data)), "not-recordio")
    assert finding.place == f"{tmp_path}/validation/rows.csv"


def test_parquet(tmp_path: Path) -> None:
    data = channels(tmp_path, "application/x-parquet", train=b"", validation=b"PAR1")
    rows(60).assign(ward=["n"] * 60, label=2).to_parquet(tmp_path / "train" / "rows.csv")
    found = look(tmp_path, spec_of("xgboost", data, objective="binary:logistic"))
    assert kinds(found) == ["not-a-number", "illegal-label", "constant-label", "not-parquet"]
    assert named(found, "not-a-number").message == "the column ward holds no numbers, which is all that xgboost reads"
    assert named(found, "illegal-label").place.endswith("rows.csv:1")


def test_zipped_rows_are_read(tmp_path: Path) -> None:
    data = channels(tmp_path, CSV, train=GOOD)
    file = tmp_path / "train" / "rows.csv"
    file.with_suffix(".csv.gz").write_bytes(gzip.compress(f"{GOOD}x,1,2,3\n".encode()))
    file.unlink()
    assert named(look(tmp_path, spec_of("xgboost", data)), "not-a-number").place.endswith("rows.csv.gz:61")


TYPES = [
    ("xgboost", CSV),
    ("xgboost", "text/libsvm"),
    ("xgboost", "application/x-parquet"),
    ("linear-learner", CSV),
    ("linear-learner", "application/x-recordio-protobuf"),
    ("lightgbm", CSV),
    ("blazingtext", None),
    ("forecasting-deepar", None),
    ("object2vec", None),
    ("ipinsights", CSV),
    ("image-classification", "application/x-image"),
    (None, None),
]
content = st.binary(max_size=60) | st.text('01,.-\n\r\t "{}[]:naif_#é\0', max_size=60).map(str.encode)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(TYPES), content, content, st.sampled_from([".csv", ".jsonl", ".csv.gz", ".txt"]))
def test_whatever_a_file_holds_is_a_finding_and_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, kind: Any, train: bytes, test: bytes, ending: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    data = channels(folder, kind[1], train=train, test=test)
    for name in ("train", "test"):
        file = folder / name / "rows.csv"
        file.rename(folder / name / f"rows{ending}")
    found = look(folder, spec_of(kind[0], data), group="0", time="1")
    assert all(each.message and each.place and each.describe().isprintable() for each in found.findings if not each.fix)
    (folder / "t.csv").write_bytes(train)
    look(folder, spec_of("xgboost", {"source": "t.csv", "split": {"group": "0"}}))


# Your own code, and what cannot be looked at


def test_files_of_your_own_code_may_have_a_header_and_text(tmp_path: Path) -> None:
    frame = rows(60).assign(ward="north")
    found = look(tmp_path, spec_of(None, channels(tmp_path, None, train=text_of(frame, header=True))), label="label")
    assert (kinds(found), found.looks[0].rows) == ([], 60)


def test_json_lines_of_your_own_code(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": 1}\n[1]\n')
    found = look(tmp_path, spec_of(None, {"channels": {"train": "t.jsonl"}}))
    assert named(found, "not-jsonl").place == f"{tmp_path}/t.jsonl:2"


@pytest.mark.parametrize(
    ("channel", "check", "severity", "words"),
    [
        ("s3://bucket/train", "not-looked-at", "note", "s3://bucket/train is not on this machine: not looked at"),
        ("nowhere", "unreadable", "error", "there is no file or folder"),
        ("empty", "no-files", "error", "there are no files"),
        ("model.bin", "not-looked-at", "note", "its name does not tell the format"),
    ],
)
def test_what_cannot_be_looked_at_is_said(tmp_path: Path, channel: str, check: str, severity: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "model.bin").write_bytes(b"\0")
    finding = named(look(tmp_path, spec_of(None, {"channels": {"train": channel}})), check)
    assert finding.severity == severity
    assert words in finding.message


def test_a_spec_without_data(tmp_path: Path) -> None:
    spec = spec_of("xgboost", {"source": "t.csv"}).model_copy(update={"data": None})
    assert [each.check for each in check_data(spec, tmp_path)] == ["no-data"]


def test_one_class_may_be_spelt_in_two_ways(tmp_path: Path) -> None:
    good = text_of(rows(60, label=[0, 1] * 30))
    data = channels(tmp_path, CSV, train=f"{good}2,1,2,3\n2.0,1,2,4\n")
    finding = named(look(tmp_path, spec_of("xgboost", data, objective="binary:logistic")), "illegal-label")
    assert (finding.count, finding.examples) == (2, (f"{tmp_path}/train/rows.csv:61",))
