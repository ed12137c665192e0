"""The source archive: the same bytes for the same code, and never a secret in it."""

from __future__ import annotations

import os
import tarfile
import time
from pathlib import Path

import pytest

from smtune.data.source import pack_source, source_files
from smtune.errors import SpecError
from smtune.spec import ScriptSource

SECRETS = (
    ".env", ".env.production", ".ENV", "key.pem", "KEY.PEM", "tls.key", "id_rsa", "id_rsa.pub", "id_ed25519",
    "store.p12", "cert.pfx", "credentials", ".netrc", ".pypirc", ".npmrc", ".git-credentials", ".aws/config",
    ".aws/credentials", ".ssh/known_hosts", ".gnupg/ring", "deep/down/.env",
)  # fmt: skip
CLUTTER = (
    ".git/config", ".hg/x", ".svn/x", ".venv/bin/python", "venv/x", "__pycache__/train.cpython-311.pyc", "old.pyc",
    ".smtune/state.db", "node_modules/x.js", ".ipynb_checkpoints/x.py", ".mypy_cache/x", ".pytest_cache/x",
    ".ruff_cache/x", ".DS_Store", "data.tar.gz", "lib/.git",
)  # fmt: skip
CODE = (
    "train.py",
    "lib/model.py",
    "requirements.txt",
    "config.yaml",
    "environment.yml",
    "keyboard.py",
    "lib/tokens.txt",
)


def script(folder: Path, entry_point: str = "train.py") -> ScriptSource:
    return ScriptSource(framework="pytorch", version="2.8.0", entry_point=entry_point, source_dir=str(folder))


def write(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")


def names_in(archive: Path) -> list[str]:
    with tarfile.open(archive) as opened:
        return opened.getnames()


def complaint(source: ScriptSource, target: Path) -> str:
    with pytest.raises(SpecError) as caught:
        pack_source(source, target)
    assert not target.exists()
    return str(caught.value)


def test_the_archive_holds_the_code_and_neither_secrets_nor_clutter(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    write(folder, *CODE, *SECRETS, *CLUTTER)
    archive = pack_source(script(folder), tmp_path / "out.tar.gz")
    assert sorted(names_in(archive)) == sorted(CODE)
    with tarfile.open(archive) as opened:
        stream = opened.extractfile("lib/model.py")
        assert stream is not None
        assert stream.read() == b"lib/model.py"


def test_a_link_inside_the_folder_is_packed_as_what_it_points_to(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    write(folder, "train.py", "lib/model.py")
    (folder / "model.py").symlink_to("lib/model.py")
    (folder / "lib" / "loop").symlink_to(folder)
    (folder / "twin.py").hardlink_to(folder / "train.py")
    with tarfile.open(pack_source(script(folder), tmp_path / "out.tar.gz")) as opened:
        assert sorted(opened.getnames()) == ["lib/model.py", "model.py", "train.py", "twin.py"]
        assert all(member.isreg() for member in opened)


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    write(folder, "train.py")
    write(tmp_path, "secret.txt")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert complaint(script(folder), tmp_path / "out.tar.gz") == (
        f"spec: algorithm.script.source_dir: the link {folder}/link.txt leaves its folder\n"
        f"    it points to {tmp_path}/secret.txt: copy that, or name the link in .smtuneignore"
    )


def test_an_ignore_file_keeps_out_what_it_names_and_itself(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    write(folder, "train.py", "notes.txt", "data/rows.csv", ".smtuneignore")
    (folder / ".smtuneignore").write_text("data/\nnotes.*\n", encoding="utf-8")
    assert [path.name for path in source_files(folder)] == ["train.py"]


def test_the_same_code_gives_the_same_bytes(tmp_path: Path) -> None:
    archives = []
    for number, mode in enumerate((0o600, 0o664)):
        folder = tmp_path / f"src{number}"
        write(folder, *(CODE if number else reversed(CODE)))
        for file in source_files(folder):
            file.chmod(mode)
            os.utime(file, (number * 1e6, time.time()))
        archives.append(pack_source(script(folder), tmp_path / f"{number}.tar.gz").read_bytes())
    assert archives[0] == archives[1]


def test_nobodys_name_is_in_the_archive_and_programs_stay_programs(tmp_path: Path) -> None:
    write(tmp_path / "src", "train.py", "run.sh")
    (tmp_path / "src" / "run.sh").chmod(0o700)
    with tarfile.open(pack_source(script(tmp_path / "src"), tmp_path / "out.tar.gz")) as opened:
        members = {member.name: member for member in opened}
    for member in members.values():
        assert (member.uid, member.gid, member.uname, member.gname, member.mtime) == (0, 0, "", "", 0)
    assert (members["train.py"].mode, members["run.sh"].mode) == (0o644, 0o755)


def test_another_byte_of_code_gives_another_archive(tmp_path: Path) -> None:
    write(tmp_path / "src", "train.py")
    first = pack_source(script(tmp_path / "src"), tmp_path / "1.tar.gz").read_bytes()
    (tmp_path / "src" / "train.py").write_text("other", encoding="utf-8")
    assert pack_source(script(tmp_path / "src"), tmp_path / "2.tar.gz").read_bytes() != first


@pytest.mark.parametrize("entry_point", ["train.py", "lib/model.py", "./train.py"])
def test_an_entry_point_in_the_folder(entry_point: str, tmp_path: Path) -> None:
    write(tmp_path / "src", *CODE)
    pack_source(script(tmp_path / "src", entry_point), tmp_path / "out.tar.gz")


@pytest.mark.parametrize("entry_point", ["missing.py", "lib", "../outside.py", "venv/train.py", ".env", ""])
def test_an_entry_point_that_the_archive_would_lack(entry_point: str, tmp_path: Path) -> None:
    folder = tmp_path / "src"
    write(folder, "train.py", "lib/model.py", "venv/train.py", ".env")
    write(tmp_path, "outside.py")
    assert complaint(script(folder, entry_point), tmp_path / "out.tar.gz") == (
        f"spec: algorithm.script.entry_point: there is no file {entry_point!r} to pack in {folder}\n"
        "    source_dir is relative to the spec, entry_point to source_dir; caches and secrets are not packed"
    )


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no file 'train.py' to pack in" in complaint(script(tmp_path / "none"), tmp_path / "out.tar.gz")


def test_specs_and_saved_plans_are_no_code(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "train.py").write_text("")
    (folder / "settings.yaml").write_text("layers: 3\n")
    (folder / "spec.yaml").write_text("# a comment\napiVersion: smtune/v1\nname: x\n")
    (folder / "plan.json").write_text('{\n  "kind": "smtune/plan",\n  "schema_version": 1\n}\n')
    (folder / "kept.plan").write_text('{\n  "kind": "smtune/plan",\n  "schema_version": 1\n}\n')

    assert [path.name for path in source_files(folder)] == ["settings.yaml", "train.py"]
    (folder / ".smtuneignore").write_text("!spec.yaml\n")
    assert [path.name for path in source_files(folder)] == ["settings.yaml", "spec.yaml", "train.py"]
