"""A spec -> its data and code as files ready to upload, in a folder of the caller's. Nothing is sent."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtune.data.complaint import complaint
from smtune.data.recipe import digest, is_label_first, table_fingerprint
from smtune.data.source import pack_source
from smtune.data.upload.hashes import Stamp, digests
from smtune.data.upload.manifest import empty_tree, one_line
from smtune.data.upload.tree import Leaf, TreeError, list_tree
from smtune.errors import Problem, SpecError
from smtune.plan import Prepared
from smtune.spec import Channels, Image, Script, Table, TuningSpec
from smtune.spec.data import is_remote
from smtune.spec.objective import DiagnosisSpec, SetRows
from smtune.veil import kept_text


def prepare(spec: TuningSpec, folder: Path, workspace: Path) -> Prepared:
    """Split, lay out and pack what `spec` names (relative to `folder`); raises SpecError for data it cannot use."""
    kept = workspace / "spec.yaml"
    ready = _prepared(_resolved(spec, folder), kept, workspace)
    kept.write_text(kept_text(_counted(spec, ready.rows)), encoding="utf-8")
    return ready


def _counted(spec: TuningSpec, rows: Mapping[str, int]) -> TuningSpec:
    """The spec with the rows of each set, where smtune split them: a diagnosis needs them when nobody has the files."""
    said = spec.diagnosis or DiagnosisSpec()
    known = {**rows, **said.rows.model_dump(exclude_none=True)}
    if not rows:
        return spec
    return spec.model_copy(update={"diagnosis": said.model_copy(update={"rows": SetRows(**known)})})


def _prepared(spec: TuningSpec, kept: Path, workspace: Path) -> Prepared:
    code = _prepare_code(spec, workspace)
    images = [item.algorithm for item in spec.definitions if isinstance(item.algorithm, Image)]
    ready = Prepared(
        code=code,
        spec=kept,
        programs={image.image: Path(image.program) for image in images if image.program},
    )
    if isinstance(spec.data, Table):
        return _with_table(ready, spec, spec.data, workspace)
    return _with_channels(ready, spec.data if isinstance(spec.data, Channels) else None)


def _with_table(ready: Prepared, spec: TuningSpec, table: Table, workspace: Path) -> Prepared:
    from smtune.data.split import lay_out_table, read_table, split_table

    source = Path(table.source)
    before = Stamp.of(source.stat()) if source.exists() else None
    parts = split_table(read_table(source), table)
    files: dict[str, tuple[Path, ...]] = {}
    for name, part in parts.items():
        file = workspace / name / f"{name}.csv"
        file.parent.mkdir(parents=True)
        file.write_text(lay_out_table(part, table, label_first=is_label_first(spec, table)), encoding="utf-8")
        files[name] = (file,)
    rows = {name: len(part) for name, part in parts.items()}
    address = table_fingerprint(spec, table, source.parent, ready.code)
    if Stamp.of(source.stat()) != before:  # then the address may be of other rows
        raise complaint("data.source", f"{source} changed while it was read", "do it again when the file is whole")
    return dataclasses.replace(ready, files=files, rows=rows, fingerprint=address)


def _with_channels(ready: Prepared, channels: Channels | None) -> Prepared:
    named = {**channels.channels, **channels.held_out} if channels else {}
    roots = {name: Path(channel.here) for name, channel in named.items() if channel.here}
    leaves = {name: _leaves(name, root) for name, root in roots.items()}
    hashes = {path: sha256 for name, found in leaves.items() for path, sha256 in _hashes(name, found).items()}
    return dataclasses.replace(
        ready,
        files={name: tuple(leaf.path for leaf in found) for name, found in leaves.items()},
        folders={name: root for name, root in roots.items() if root.is_dir()},
        hashes=hashes,
        fingerprint=_fingerprint(leaves, hashes, ready.code),
    )


def _leaves(channel: str, root: Path) -> tuple[Leaf, ...]:
    try:
        tree = list_tree(root)
        if tree.leaves:
            return tree.leaves
        raise empty_tree(root, tree)
    except TreeError as error:
        raise SpecError((Problem(0, 0, f"data.channels.{channel}", error.message, error.fix),)) from None


def _hashes(channel: str, leaves: tuple[Leaf, ...]) -> dict[Path, str]:
    try:
        return {path: found.sha256 for path, found in digests(leaf.path for leaf in leaves).items()}
    except OSError as error:
        message = f"cannot read {error.filename}: {error.strerror}"
        fix = "make it readable, or name it in .smtuneignore"
        raise SpecError((Problem(0, 0, f"data.channels.{channel}", message, fix),)) from None


def _prepare_code(spec: TuningSpec, workspace: Path) -> Path | None:
    scripts = [item.algorithm.script for item in spec.definitions if isinstance(item.algorithm, Script)]
    if len({script.source_dir for script in scripts}) > 1:
        fix = "put the scripts into one folder, each with its own entry_point"
        raise SpecError((Problem(0, 0, "algorithms", "the scripts have different source_dirs", fix),))
    for script in scripts:
        pack_source(script, workspace / "sourcedir.tar.gz")
    return workspace / "sourcedir.tar.gz" if scripts else None


def _fingerprint(leaves: Mapping[str, tuple[Leaf, ...]], hashes: Mapping[Path, str], code: Path | None) -> str:
    """Of the names within each channel and of the contents, wherever the files lie."""
    lines = [
        f"{hashes[leaf.path]} {name}/{one_line(leaf.name)}" for name, found in sorted(leaves.items()) for leaf in found
    ]
    lines += [f"{digest(code)} code"] if code else []
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


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
    for channel in [*part.get("channels", {}).values(), part.get("test"), part.get("train_dev")]:
        if channel and channel["uri"] is not None and not is_remote(channel["uri"]):
            channel["uri"] = str(folder / channel["uri"])
