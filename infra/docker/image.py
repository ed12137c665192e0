"""A training image out of this machine's own files, for the tests of containers: no registry, no download.

    python infra/docker/image.py TAG [--site FOLDER]

Holds this Python with the shared libraries that it needs, bash and a few tools, what FOLDER has as Python packages, and
a `train`: of AWS's toolkit for scripts if that is among the packages, else a program of its own, which does what the
hyperparameter `code` says. An image that has been built from the same is left as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

_TOOLS = ("bash", "sh", "cat", "chmod", "chown", "mkdir", "ls", "cp", "mv", "rm", "tar", "gzip", "env", "id", "which")
_LEFT_OUT = re.compile(r"/(test|tests|idlelib|turtledemo|ensurepip|lib2to3|site-packages|__phello__|config-[^/]*)(/|$)")
_OPENED_BY_NAME = ("libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2")
# What every wheel may take for granted (manylinux): an image may be built on top of this one, as with PyTorch.
_LINKED_BY_WHEELS = ("libutil.so.1", "librt.so.1", "libdl.so.2", "libpthread.so.0", "libgcc_s.so.1", "libstdc++.so.6")
_LABEL = "smtune.made-from"
_SITE = "/opt/site"
_CODE = """import json
code = json.load(open("/opt/ml/input/config/hyperparameters.json"))["code"]
exec(compile(code, "train", "exec"), {"__name__": "__main__"})
"""


def build(tag: str, site: Path | None = None) -> None:
    """Make `tag` be there; raises CalledProcessError."""
    key = _key(site)
    asked = ["docker", "image", "inspect", "--format", f'{{{{index .Config.Labels "{_LABEL}"}}}}', tag]
    if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == key:
        return
    changes = [f"LABEL {_LABEL}={key}", "ENV PATH=/usr/local/bin:/usr/bin:/bin", f"ENV PYTHONPATH={_SITE}"]
    command = ["docker", "import", *(word for change in changes for word in ("--change", change)), "-", tag]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        _write(process.stdin, _files(site), _texts(site))
        process.stdin.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def _key(site: Path | None) -> str:
    parts = [sys.version, sys.executable, Path(__file__).read_text(encoding="utf-8")]
    if site is not None:
        parts += sorted(path.name for path in site.glob("*.dist-info"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _texts(site: Path | None) -> Mapping[str, str]:
    """Small files of the image, all of them programs or system files."""
    python = os.path.realpath(sys.executable)
    toolkit = site is not None and (site / "sagemaker_training").is_dir()
    train = "from sagemaker_training.cli.train import main; main()" if toolkit else _CODE
    return {
        "usr/local/bin/python": f'#!/bin/sh\nexec {python} "$@"\n',
        "usr/local/bin/python3": f'#!/bin/sh\nexec {python} "$@"\n',
        "usr/local/bin/train": f"#!{python}\n{train}\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
        "etc/group": "root:x:0:\n",
        "etc/nsswitch.conf": "hosts: files dns\n",
    }


def _files(site: Path | None) -> Mapping[str, Path]:
    """Path in the image, without its first slash -> file of this machine."""
    found: dict[str, Path] = {}
    for tool in _TOOLS:
        program = shutil.which(tool, path="/bin:/usr/bin")
        if program:
            _add(found, f"/bin/{tool}", Path(program))
    python = Path(sys.executable).resolve()
    _add(found, str(python), python)
    for path in _tree(Path(sysconfig.get_path("stdlib"))):
        _add(found, str(path), path)
    for path in _tree(site) if site is not None else ():
        _add(found, f"{_SITE}/{path.relative_to(site or path)}", path)
    for name in (*_OPENED_BY_NAME, *_LINKED_BY_WHEELS):
        for path in Path("/lib").glob(f"*-linux-gnu/{name}"):
            _add(found, str(path), path)
    return found


def _tree(folder: Path) -> Iterator[Path]:
    """Its files, with their bytecode: without, each training job would compile the libraries again."""
    for root, folders, names in os.walk(folder):
        if _LEFT_OUT.search(f"{root.removeprefix(str(folder))}/"):
            folders.clear()
            continue
        yield from (Path(root) / name for name in names)


def _add(found: dict[str, Path], place: str, path: Path) -> None:
    if found.setdefault(place.lstrip("/"), path) is path and (".so" in path.name or os.access(path, os.X_OK)):
        for library in _libraries(path):
            found.setdefault(str(library).lstrip("/"), library)


def _libraries(path: Path) -> Iterator[Path]:
    """The shared libraries of the system that a program or library needs, under the names the loader looks for."""
    done = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False)
    for match in re.finditer(r"(?:=> )?(/\S+) \(0x", done.stdout):
        library = Path(os.path.normpath(match[1]))
        if "site" not in library.parts and not any(part.endswith(".libs") for part in library.parts):
            yield library


def _write(stream: IO[bytes], files: Mapping[str, Path], texts: Mapping[str, str]) -> None:
    with tarfile.open(fileobj=stream, mode="w|", dereference=True) as archive:
        for name, mode in (("tmp", 0o1777), ("root", 0o700), ("opt/ml", 0o755), ("etc", 0o755), ("proc", 0o755)):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, mode
            archive.addfile(folder)
        for name, text in texts.items():
            entry, content = tarfile.TarInfo(name), text.encode()
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
        for name, path in sorted(files.items()):
            if name not in texts and path.is_file():
                archive.add(path, arcname=name, recursive=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tag")
    parser.add_argument("--site", type=Path)
    options = parser.parse_args()
    build(options.tag, options.site)
