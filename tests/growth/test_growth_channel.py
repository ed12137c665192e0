"""Which channel has the training rows, how they are cut, and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from smtune.errors import UsageError
from smtune.growth.channel import TrainChannel, cut_of, train_channel


def channel(name: str = "train", **more: Any) -> dict[str, Any]:
    place = {"S3DataType": "S3Prefix", "S3Uri": "s3://b/x"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": {**place, **more.pop("place", {})}}, **more}


def found(*channels: dict[str, Any], name: str | None = None) -> TrainChannel:
    return train_channel({"InputDataConfig": list(channels)}, name, "xgboost")


def test_it_is_the_one_called_train_or_training_or_as_somebody_says() -> None:
    assert found(channel("validation"), channel("train")).name == "train"
    assert found(channel("training", ContentType="text/csv")).content_type == "text/csv"
    assert found(channel("rows"), channel("train"), name="rows").name == "rows"


@pytest.mark.parametrize(
    ("request_", "name", "words"),
    [
        ({}, None, "it has none at all"),
        ({"InputDataConfig": [channel("rows")]}, None, "it has rows: name the one of the training rows, --channel"),
        ({"InputDataConfig": [channel()]}, "rows", "there is no channel rows: the training job has train"),
        ({"InputDataConfig": [channel(place={"S3DataType": "ManifestFile"})]}, None, "is a ManifestFile"),
        ({"InputDataConfig": [channel(place={"S3DataType": "AugmentedManifestFile"})]}, None, "AugmentedManifestFile"),
        ({"InputDataConfig": [channel(RecordWrapperType="RecordIO")]}, None, "is wrapped as RecordIO"),
        (
            {"InputDataConfig": [{"ChannelName": "train", "DataSource": {"FileSystemDataSource": {}}}]},
            None,
            "no place on S3",
        ),
    ],
)
def test_what_cannot_be_cut_is_refused(request_: dict[str, Any], name: str | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        train_channel(request_, name, None)


@pytest.mark.parametrize(
    ("content_type", "algorithm", "names", "cut"),
    [
        ("text/csv", "xgboost", ["x"], "csv"),
        ("text/csv; label_size=0", "kmeans", ["x"], "csv"),
        ("text/libsvm", "xgboost", ["x"], "lines"),
        (None, "xgboost", ["x.csv"], "lines"),
        (None, "lightgbm", ["x"], "csv"),
        (None, "blazingtext", ["x"], "lines"),
        (None, "forecasting-deepar", ["x.json"], "lines"),
        ("application/jsonlines", "", ["x"], "lines"),
        (None, "", ["a.csv", "b.csv.gz"], "csv"),
        (None, "", ["a.jsonl"], "lines"),
        ("text/plain", "", ["a.svm"], "lines"),
    ],
)
def test_content_type_algorithm_and_names_say_how(
    content_type: str | None, algorithm: str, names: list[str], cut: str
) -> None:
    assert cut_of(TrainChannel("train", "s3://b/x", content_type, algorithm), names) == cut


@pytest.mark.parametrize(
    ("content_type", "algorithm", "names", "words"),
    [
        ("application/x-recordio-protobuf", "linear-learner", ["x"], "is RecordIO-protobuf"),
        ("application/x-parquet", "xgboost", ["x"], "is Parquet"),
        ("application/x-image", "image-classification", ["x"], "is images"),
        (None, "", ["a.parquet"], "is Parquet"),
        (None, "", ["a.csv", "b.jsonl"], "neither CSV nor a row a line"),
        (None, "", ["a.bin"], "neither CSV nor a row a line"),
    ],
)
def test_other_formats_are_refused_with_the_way_out(
    content_type: str | None, algorithm: str, names: list[str], words: str
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        cut_of(TrainChannel("train", "s3://b/x", content_type, algorithm), names)
    assert "give the job rows in CSV, LIBSVM or JSON lines" in str(caught.value)
