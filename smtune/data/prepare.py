"""A spec -> its data and code as files ready to upload, in a folder of the caller's. Nothing is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtune.data.recipe import is_label_first, table_fingerprint
from smtune.data.source import pack_source
from smtune.errors import Problem, SpecError
from smtune.plan import Prepared
from smtune.spec import Channels, Image, Script, Table, TuningSpec, dump_spec
from smtune.spec.data import is_remote

_CHUNK = 1 << 20


def prepare(spec: TuningSpec, folder: Path, workspace: Path) -> Prepared:
    """Split, lay out and pack what `spec` names (relative to `folder`); raises SpecError for data it cannot use."""
    kept = workspace / "spec.yaml"
    kept.write_text(dump_spec(spec), encoding="utf-8")
    spec = _resolved(spec, folder)
    files: dict[str, tuple[Path, ...]] = {}
    rows: dict[str, int] = {}
    if isinstance(spec.data, Table):
        files, rows = _prepare_table(spec, spec.data, workspace)
    elif isinstance(spec.data, Channels):
        files = _prepare_channels(spec.data)
    code = _prepare_code(spec, workspace)
    images = [item.algorithm for item in spec.definitions if isinstance(item.algorithm, Image)]
    return Prepared(
        files=files,
        code=code,
        spec=kept,
        rows=rows,
        programs={image.image: Path(image.program) for image in images if image.program},
        fingerprint=(
            table_fingerprint(spec, spec.data, folder, code)
            if isinstance(spec.data, Table)
            else _fingerprint({**files, "code": (code,) if code else ()})
        ),
    )


def _prepare_table(
    spec: TuningSpec, table: Table, workspace: Path
) -> tuple[dict[str, tuple[Path, ...]], dict[str, int]]:
    from smtune.data.split import lay_out_table, read_table, split_table

    parts = split_table(read_table(Path(table.source)), table)
    files: dict[str, tuple[Path, ...]] = {}
    for name, part in parts.items():
        file = workspace / name / f"{name}.csv"
        file.parent.mkdir(parents=True)
        file.write_text(lay_out_table(part, table, label_first=is_label_first(spec, table)), encoding="utf-8")
        files[name] = (file,)
    return files, {name: len(part) for name, part in parts.items()}


def _prepare_channels(channels: Channels) -> dict[str, tuple[Path, ...]]:
    named = {**channels.channels, **({"test": channels.test} if channels.test else {})}
    return {name: _channel_files(name, Path(channel.here)) for name, channel in named.items() if channel.here}


def _channel_files(name: str, path: Path) -> tuple[Path, ...]:
    nested = [item for item in path.glob("*/*") if not item.parent.name.startswith(".")]
    if nested:
        problem = Problem(
            0,
            0,
            f"data.channels.{name}",
            f"{nested[0]} lies in a folder of the channel's folder: only files are uploaded",
            "put the files of a channel into one folder",
        )
        raise SpecError((problem,))
    found = (path,) if path.is_file() else tuple(sorted(item for item in path.glob("*") if item.is_file()))
    if not found:
        problem = Problem(
            0,
            0,
            f"data.channels.{name}",
            f"there are no files at {path}",
            "name a file, a folder of files, or s3://...",
        )
        raise SpecError((problem,))
    return found


def _prepare_code(spec: TuningSpec, workspace: Path) -> Path | None:
    scripts = [item.algorithm.script for item in spec.definitions if isinstance(item.algorithm, Script)]
    if len({script.source_dir for script in scripts}) > 1:
        fix = "put the scripts into one folder, each with its own entry_point"
        raise SpecError((Problem(0, 0, "algorithms", "the scripts have different source_dirs", fix),))
    for script in scripts:
        pack_source(script, workspace / "sourcedir.tar.gz")
    return workspace / "sourcedir.tar.gz" if scripts else None


def _fingerprint(groups: Mapping[str, tuple[Path, ...]]) -> str:
    """Of the names within each group and of the contents, wherever the files lie."""
    digest = hashlib.sha256()
    for name, files in sorted(groups.items()):
        for file in files:
            digest.update(f"{name}/{file.name}/{file.stat().st_size}\n".encode())
            with file.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
    return digest.hexdigest()[:16]


def _resolved(spec: TuningSpec, folder: Path) -> TuningSpec:
    """`spec` with its paths (relative to the folder of its file) made absolute."""
    data = spec.model_dump()
    _resolve_data(data, folder)
    for algorithm in (data["algorithm"], *(entry["algorithm"] for entry in data["algorithms"])):
        if algorithm and "script" in algorithm:
            algorithm["script"]["source_dir"] = str(folder / algorithm["script"]["source_dir"])
        if algorithm and algorithm.get("program"):
            algorithm["program"] = str(folder / algorithm["program"])
    return TuningSpec.model_validate(data)


def _resolve_data(data: dict[str, Any], folder: Path) -> None:
    part = data["data"] or {}
    if "source" in part:
        part["source"] = str(folder / part["source"])
    for channel in [*part.get("channels", {}).values(), part.get("test")]:
        if channel and channel["uri"] is not None and not is_remote(channel["uri"]):
            channel["uri"] = str(folder / channel["uri"])
