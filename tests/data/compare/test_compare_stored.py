"""Sets on S3 are compared like files: fetched within the limit, and nothing of them stays on this machine."""

from __future__ import annotations

import gzip
import io
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pandas as pd
import pytest
from botocore.response import StreamingBody
from either_peer import sign_in
from faults import EXPIRED_S3, UNAVAILABLE, Faults, Refusal
from moto import mock_aws
from s3_stub import S3Stub
from test_compare_verdict import names, rows

from smtune.data.compare import CompareSettings, DataComparison, compare_data
from smtune.data.compare.pair import Rows
from smtune.data.compare.read import Reader
from smtune.errors import ServiceError, UsageError
from smtune.session import connect, is_local

pytest_plugins = ["either_peer", "upload_places"]
OLDER = rows(200, 1).assign(age=lambda frame: frame["age"] + 20)


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go; after each test none may be left."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def local() -> boto3.Session:
    return connect("local")


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made."""
    slept = list[float]()
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def text(frame: pd.DataFrame, *, header: bool = True) -> bytes:
    return frame.to_csv(index=False, header=header).encode()


def put(session: boto3.Session, objects: Mapping[str, bytes]) -> None:
    for key, body in objects.items():
        session.client("s3").put_object(Bucket="bucket", Key=key, Body=body)


def compared(session: boto3.Session, a: Any, b: Any, **settings: Any) -> DataComparison:
    return compare_data(a, b, label="label", settings=CompareSettings(**settings), session=session)


def read(session: boto3.Session, place: str | Path, **settings: Any) -> tuple[Rows, tuple[str, ...]]:
    """One set as a comparison reads it, and the notes on it."""
    return Reader(CompareSettings(**settings), session).read(place, "A")


def counted(session: boto3.Session, place: str | Path, **settings: Any) -> int:
    """How many rows are read."""
    return read(session, place, **settings)[0].read


def values(found: Rows, column: str) -> pd.Series:
    return pd.to_numeric(found.frame[column])


@contextmanager
def reading(session: boto3.Session) -> Iterator[dict[str, int]]:
    """Key -> how many bytes of it were asked for."""
    asked = dict[str, int]()

    def remember(params: dict[str, Any], **_: Any) -> None:
        first, last = params["Range"].removeprefix("bytes=").split("-")
        asked[params["Key"]] = asked.get(params["Key"], 0) + int(last) - int(first) + 1

    events, event = session.client("s3").meta.events, "provide-client-params.s3.GetObject"
    events.register(event, remember)
    yield asked
    events.unregister(event, remember)


def test_two_places_are_compared_as_their_files_would_be(s3_peer: boto3.Session, tmp_path: Path) -> None:
    put(
        s3_peer,
        {"train.csv": text(rows(300)), "validation/part-0": text(OLDER[:120]), "validation/part-1": text(OLDER[120:])},
    )
    found = compared(s3_peer, "s3://bucket/train.csv", "s3://bucket/validation", format="csv")
    assert (found.verdict, found.where, names(found)) == ("differs", "features", ["age"])
    assert [(side.name, side.rows, side.is_whole) for side in (found.a, found.b)] == [
        ("s3://bucket/train.csv", 300, True),
        ("s3://bucket/validation", 200, True),
    ]
    for name, frame in (("a.csv", rows(300)), ("b.csv", OLDER)):
        (tmp_path / name).write_bytes(text(frame))
    here = compared(s3_peer, str(tmp_path / "a.csv"), str(tmp_path / "b.csv"))
    assert (here.columns, here.separations) == (found.columns, found.separations)


def test_files_frames_and_objects_mix(local: boto3.Session, tmp_path: Path) -> None:
    put(local, {"train.csv": text(rows(300))})
    (tmp_path / "b.csv").write_bytes(text(OLDER))
    for other in (tmp_path / "b.csv", OLDER):
        assert names(compared(local, "s3://bucket/train.csv", other)) == ["age"]
        assert names(compared(local, other, "s3://bucket/train.csv")) == ["age"]


def test_label_first_csv_without_a_header_under_names_that_tell_no_format(local: boto3.Session) -> None:
    sets = {"train": rows(300), "validation": OLDER}
    put(local, {f"{name}/5f3a/data": text(frame, header=False) for name, frame in sets.items()})
    settings = CompareSettings(format="csv", header=False)
    found = compare_data("s3://bucket/train/", "s3://bucket/validation/", label="0", settings=settings, session=local)
    assert names(found) == ["column 1"]
    assert [each.column for each in found.columns if each.is_label] == ["column 0"]


def test_every_format(local: boto3.Session) -> None:
    parquet = io.BytesIO()
    rows(60).to_parquet(parquet)
    objects = {
        "a/rows.jsonl": rows(60).to_json(orient="records", lines=True).encode(),
        "b/rows.parquet": parquet.getvalue(),
        "c/rows.csv.gz": gzip.compress(text(rows(30))) + gzip.compress(text(rows(60)[30:], header=False)),
        "d/rows.libsvm": b"".join(b"%d 1:%.3f\n" % (n % 2, n / 7) for n in range(60)),
    }
    put(local, objects)
    for place in "abcd":
        found, notes = read(local, f"s3://bucket/{place}")
        assert (found.read, found.is_whole, notes) == (60, True, ()), place


def test_one_place_twice_is_fetched_once(local: boto3.Session) -> None:
    put(local, {"train.csv": text(rows(60))})
    with reading(local) as asked:
        found = compared(local, "s3://bucket/train.csv", "s3://bucket/train.csv")
    assert asked == {"train.csv": len(text(rows(60)))}
    assert found.verdict == "no difference found"
    assert found.notes == ("60 rows of s3://bucket/train.csv (100%) found in s3://bucket/train.csv too",)


# What belongs to a place


def test_markers_empty_objects_clutter_and_secrets_are_as_in_a_folder(s3_peer: boto3.Session, tmp_path: Path) -> None:
    objects = {
        "set/a.csv": text(rows(60)),
        "set/deep/b.csv": text(OLDER[:40]),
        "set/empty.csv": b"",
        "set/categorical_index.json": b"{}",
        "set/.cache/c.csv": b"1\n",
        "set/.git/d.csv": b"1\n",
        "set/__pycache__/e.csv": b"1\n",
        "set/credentials": b"no",
        "set/.ds_store": b"no",
    }
    put(s3_peer, objects)
    for key, body in objects.items():
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(body)
    with reading(s3_peer) as asked:
        found, _ = read(s3_peer, "s3://bucket/set")
    assert set(asked) <= {"set/a.csv", "set/deep/b.csv", "set/categorical_index.json"}
    assert found.read == counted(s3_peer, tmp_path / "set") == 100


def test_a_marker_of_a_folder_is_no_file(s3_peer: boto3.Session) -> None:
    put(s3_peer, {"set/a.csv": text(rows(60))})
    if not is_local(s3_peer):  # the local engine has no object whose key ends with a slash
        put(s3_peer, {"set/": b"", "void/": b""})
        with pytest.raises(UsageError, match="s3://bucket/void/: there are no files, only folders"):
            read(s3_peer, "s3://bucket/void/")
    assert counted(s3_peer, "s3://bucket/set") == counted(s3_peer, "s3://bucket/set/") == 60


def test_an_object_comes_before_a_folder_and_that_before_what_only_begins_so(local: boto3.Session) -> None:
    put(local, {"train.csv": text(rows(60)), "train.csv.old": text(rows(30))})
    put(local, {"set/a.csv": text(rows(60)), "sets.csv": b"x\n1\n"})
    put(local, {f"parts/x-{number}.csv": text(rows(40, number)) for number in (0, 1)})
    assert counted(local, "s3://bucket/train.csv") == 60
    assert counted(local, "s3://bucket/parts/x-") == 80
    found, notes = read(local, "s3://bucket/set")
    assert found.read == 60
    assert notes[0].startswith("s3://bucket/set: a channel of this S3Uri would read 1 more by its beginning alone")


def test_more_keys_than_a_page_has(s3_peer: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    put(s3_peer, {f"set/{number}.csv": text(rows(20, number)) for number in range(5)})

    def small_pages(params: dict[str, Any], **_: Any) -> None:
        params["MaxKeys"] = 2

    s3_peer.client("s3").meta.events.register("provide-client-params.s3.ListObjectsV2", small_pages)
    assert counted(s3_peer, "s3://bucket/set") == 100
    monkeypatch.setattr("smtune.data.compare.stored.listing._MOST", 3)
    found, notes = read(s3_peer, "s3://bucket/set")
    assert (found.read, found.is_whole) == (80, False)
    assert notes == ("s3://bucket/set: only its first 3 keys were looked at; --limit 0 reads all of them",)
    assert counted(s3_peer, "s3://bucket/set", limit=0) == 100


@pytest.mark.parametrize("key", ["set/..", "set//x.csv", "set/a b+ü%.csv", f"set/{'long' * 200}.csv", "set/..."])
def test_a_key_may_be_no_path(stored_at: Callable[[str, bytes], boto3.Session], key: str) -> None:
    session = stored_at(key, text(rows(60)))
    assert counted(session, "s3://bucket/set", format="csv") == 60


@pytest.fixture
def stored_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, bytes], boto3.Session]]:
    """An S3 that takes any key: moto's."""
    sign_in(monkeypatch)
    with mock_aws():
        session = connect("aws")
        session.client("s3").create_bucket(Bucket="bucket")

        def store(key: str, body: bytes) -> boto3.Session:
            put(session, {key: body})
            return session

        yield store


# The limit


def test_of_a_large_object_lines_from_all_over_it_are_fetched(s3_peer: boto3.Session) -> None:
    whole = rows(60_000).assign(age=range(60_000))
    put(s3_peer, {"train.csv": text(whole), "validation.csv": text(rows(60))})
    with reading(s3_peer) as asked:
        found, notes = read(s3_peer, "s3://bucket/train.csv", limit=600_000)
    assert 300_000 < asked["train.csv"] <= 600_000
    assert (found.is_whole, notes) == (False, ())
    assert 10_000 < found.read < 60_000
    assert 25_000 < values(found, "age").median() < 35_000
    with reading(s3_peer) as asked:
        assert read(s3_peer, "s3://bucket/validation.csv", limit=600_000)[0].is_whole
    assert asked == {"validation.csv": len(text(rows(60)))}


def test_no_line_is_cut_and_none_is_read_twice(local: boto3.Session) -> None:
    lines = [f"{number},{number * number}" for number in range(40_000)]
    put(local, {"set/a.csv": "\n".join(lines).encode()})
    for limit in range(1, 9):
        found, notes = read(local, "s3://bucket/set", limit=limit * 65_536 + 7, header=False)
        assert notes == ()
        assert len(set(found.frame["column 0"])) == len(found.frame)
        assert set(found.frame["column 0"] + "," + found.frame["column 1"]) <= set(lines)


def test_lines_with_quotes_are_read_from_the_beginning(local: boto3.Session) -> None:
    put(local, {"train.csv": text(rows(30_000).assign(age=range(30_000), note='a "b", c'))})
    found, notes = read(local, "s3://bucket/train.csv", limit=200_000)
    assert values(found, "age").to_list() == list(range(found.read))
    assert (found.is_whole, notes) == (False, ())


def test_of_a_large_gz_its_beginning_is_unzipped(local: boto3.Session) -> None:
    body = gzip.compress(text(rows(60_000)))
    put(local, {"set/a.csv.gz": body, "set/b.csv": text(rows(60))})
    with reading(local) as asked:
        found, notes = read(local, "s3://bucket/set", limit=300_000)
    assert sum(asked.values()) <= 300_000 < len(body)
    assert found.read > 5_000
    assert (found.is_whole, notes) == (False, ())


@pytest.mark.parametrize("limit", [0, 200_000])
def test_what_is_no_gz_is_said_to_be_none(local: boto3.Session, limit: int) -> None:
    put(local, {"set/a.csv.gz": b"age\n" * 100_000})
    with pytest.raises(UsageError, match="s3://bucket/set: cannot read it: Not a gzipped file"):
        read(local, "s3://bucket/set", limit=limit)


def test_of_many_objects_some_from_all_over_the_prefix_are_fetched(local: boto3.Session) -> None:
    put(local, {f"set/{number:03}.csv": text(rows(4_000, number)) for number in range(60)})
    with reading(local) as asked:
        found, _ = read(local, "s3://bucket/set", limit=10 * 65_536)
    assert sum(asked.values()) <= 10 * 65_536
    assert sorted(asked) == [f"set/{number:03}.csv" for number in range(0, 60, 6)]
    assert not found.is_whole


def test_parquet_is_fetched_by_whole_files(local: boto3.Session) -> None:
    def parquet(seed: int) -> bytes:
        body = io.BytesIO()
        rows(3_000, seed).to_parquet(body)
        return body.getvalue()

    put(local, {f"set/{number}.parquet": parquet(number) for number in range(6)})
    size = len(parquet(0))
    with reading(local) as asked:
        found, _ = read(local, "s3://bucket/set", limit=int(3.5 * size))
    assert sum(asked.values()) <= 3.5 * size
    assert (len(asked), found.read, found.is_whole) == (3, 9_000, False)
    with pytest.raises(UsageError, match=r"s3://bucket/set: .* not read in part\n +let that much .*--limit 1, or"):
        read(local, "s3://bucket/set", limit=1000)


def test_line_numbers_are_told_of_whole_objects_only(local: boto3.Session) -> None:
    lines = text(rows(30_000)).splitlines(keepends=True)
    lines[2] = b"1\n"
    put(local, {"set/a.csv": b"".join(lines)})
    assert "s3://bucket/set/a.csv:3: 1 row not as wide" in read(local, "s3://bucket/set")[1][0]
    _, notes = read(local, "s3://bucket/set", limit=200_000)
    assert notes[0].startswith("s3://bucket/set/a.csv: 1 row not as wide")


def test_what_this_machine_has_no_room_for_is_refused(local: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    put(local, {"set/a.csv": text(rows(60))})
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=100))
    with pytest.raises(UsageError, match=r"s3://bucket/set: 0 MB are to be fetched.*\n +read a part .* TMPDIR"):
        read(local, "s3://bucket/set", limit=0)


# What goes wrong


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (
            "s3://bucket/nowhere.csv",
            "NoSuchKey: there is nothing at s3://bucket/nowhere.csv\n    beside it there is set/",
        ),
        ("s3://bucket/set/b", "NoSuchKey: there is nothing at s3://bucket/set/b\n    beside it there is a.csv"),
    ],
)
def test_a_place_that_is_not_there(s3_peer: boto3.Session, place: str, said: str) -> None:
    put(s3_peer, {"set/a.csv": text(rows(60))})
    with pytest.raises(ServiceError) as error:
        read(s3_peer, place)
    assert (str(error.value), error.value.exit_code) == (said, 254)


def test_a_bucket_that_is_not_there(stored_at: Callable[[str, bytes], boto3.Session]) -> None:
    session = stored_at("set/a.csv", b"x")
    with pytest.raises(ServiceError, match=r"^NoSuchBucket: s3://other/set: .*\n    name another bucket, or say where"):
        read(session, "s3://other/set")


@pytest.mark.parametrize("place", ["s3://", "s3://a b/set"])
def test_what_is_no_place(stored_at: Callable[[str, bytes], boto3.Session], place: str) -> None:
    with pytest.raises(UsageError, match=place):
        read(stored_at("x", b""), place)


@pytest.mark.parametrize(
    ("operation", "code", "fix"),
    [
        ("ListObjectsV2", "AccessDenied", "s3:ListBucket on the bucket bucket and s3:GetObject on s3://bucket/set*"),
        ("GetObject", "AccessDenied", "kms:Decrypt"),
        ("ListObjectsV2", "PermanentRedirect", "say its region: --region NAME"),
        ("ListObjectsV2", "IllegalLocationConstraintException", "say its region: --region NAME"),
        ("ListObjectsV2", "InvalidToken", "another region, where this one is not open to the account"),
        ("GetObject", "InvalidObjectState", "restore it first"),
        ("GetObject", "PreconditionFailed", "it was changed while it was read: compare again"),
    ],
)
def test_a_refusal_says_where_and_what_to_do(local: boto3.Session, operation: str, code: str, fix: str) -> None:
    put(local, {"set/a.csv": text(rows(60))})
    session = connect("local")
    Faults(session).fail(f"s3.{operation}", Refusal(code, "said the service.", 403))
    with pytest.raises(ServiceError) as error:
        read(session, "s3://bucket/set")
    place = "s3://bucket/set" if operation == "ListObjectsV2" else "s3://bucket/set/a.csv"
    assert str(error.value).startswith(f"{code}: {place}: said the service\n    ")
    assert fix in str(error.value)
    assert (error.value.code, error.value.exit_code) == (code, 254)


def test_credentials_that_are_refused_are_not_tried_again(local: boto3.Session, unhurried: list[float]) -> None:
    put(local, {"set/a.csv": text(rows(60))})
    session = connect("local")
    Faults(session).fail("s3.*", EXPIRED_S3)
    with pytest.raises(ServiceError, match=r"(?s)ExpiredToken: s3://bucket/set: .*use other credentials: --profile"):
        read(session, "s3://bucket/set")
    assert unhurried == []


def test_throttling_and_lost_connections_are_borne(local: boto3.Session, unhurried: list[float]) -> None:
    put(local, {f"set/{number}.csv": text(rows(20, number)) for number in range(5)})
    session = connect("local")
    faults = Faults(session)
    faults.fail("s3.ListObjectsV2", Refusal("SlowDown", status=503), at=[1, 2])
    faults.fail("s3.GetObject", UNAVAILABLE, at=[1, 4])
    faults.cut("s3.GetObject", at=[2])
    assert counted(session, "s3://bucket/set") == 100
    assert sum(pause >= 1 for pause in unhurried) >= 5


def test_an_answer_that_is_cut_off_is_asked_for_again(stub: S3Stub, unhurried: list[float]) -> None:
    cut = dict[str, int]()

    def fault(request: Any) -> str | None:
        cut[request.does] = cut.get(request.does, 0) + 1
        return "reset" if request.does == "GET" and cut["GET"] <= 2 else None

    stub.objects["bucket", "set/a.csv"] = text(rows(60))
    stub.fault = fault
    assert counted(connect("aws"), "s3://bucket/set") == 60
    assert cut["GET"] == 3


def test_a_body_that_ends_early_is_read_again(local: boto3.Session, unhurried: list[float]) -> None:
    put(local, {"set/a.csv": text(rows(60))})
    answers = list[Any]()

    def shorten(parsed: dict[str, Any], **_: Any) -> None:
        if not answers:
            answers.append(parsed["Body"])
            parsed["Body"] = StreamingBody(io.BytesIO(b"label"), parsed["ContentLength"])

    session = connect("local")
    session.events.register_last("after-call.s3.GetObject", shorten)
    assert counted(session, "s3://bucket/set") == 60
    assert (len(answers), unhurried) == (1, [0.25])


def test_an_object_that_changes_meanwhile_is_not_mixed(s3_peer: boto3.Session) -> None:
    body = text(rows(30_000))
    put(s3_peer, {"set/a.csv": body})
    changed = list[bool]()

    def change(params: dict[str, Any], **_: Any) -> None:
        if not changed and not params["Range"].startswith("bytes=0-"):
            changed.append(True)
            put(s3_peer, {"set/a.csv": body.replace(b"north", b"NORTH")})

    s3_peer.client("s3").meta.events.register("provide-client-params.s3.GetObject", change)
    with pytest.raises(ServiceError, match="it was changed while it was read: compare again"):
        read(s3_peer, "s3://bucket/set", limit=300_000)


def test_without_a_session_what_is_on_s3_is_refused() -> None:
    with pytest.raises(UsageError, match=r"s3://bucket/set is on S3, .*\n +give one: .*session=smtune.connect"):
        compare_data("s3://bucket/set", OLDER)


def test_ctrl_c_leaves_nothing_behind(local: boto3.Session, scratch: Path) -> None:
    put(local, {"set/a.csv": text(rows(60))})
    session = connect("local")

    def interrupt(**_: Any) -> None:
        assert list(scratch.iterdir()) != []
        raise KeyboardInterrupt

    session.events.register_last("after-call.s3.GetObject", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read(session, "s3://bucket/set")
