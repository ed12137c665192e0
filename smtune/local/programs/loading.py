"""Whether an installed package can be loaded: pip does not bring every library of the system that its packages need."""

from __future__ import annotations

import functools
import subprocess
import sys

from smtune.errors import SmtuneError

_SECONDS = 60.0
_CANNOT = 3
_ELSEWHERE = "install the package of this machine's system that has it"
_OPENMP = (
    "install it: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora, Amazon Linux), "
    "apk add libgomp (Alpine), brew install libomp (macOS)"
)
_PROGRAM = f"""
import sys
# What it would take along where it is installed, and does without: that is most of the time.
sys.modules.update(dict.fromkeys(("pandas", "sklearn", "matplotlib", "dask", "pyarrow", "graphviz")))
try:
    __import__(sys.argv[1])
except OSError as error:
    sys.stderr.write(str(error))
    sys.exit({_CANNOT})
"""


class LoadError(SmtuneError):
    """A package is there, and a library that it needs is not: says which, and how to get it."""


@functools.cache  # what could be loaded once can be loaded again; an error is not kept, as the user may mend it
def try_load(package: str, origin: str) -> None:  # noqa: ARG001  it is what the memory goes by
    """Import `package` in a process of its own; raises LoadError where the system cannot load a library of it.

    `origin`: the file that find_spec has found, so that another installation is tried anew. An import that fails in
    another way is none of this function's business: the program that needs it says so.
    """
    command = (sys.executable, "-c", _PROGRAM, package)
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return
    if done.returncode == _CANNOT:
        message = f"cannot load a library: {done.stderr.strip().splitlines()[-1]}: {_remedy(done.stderr)}"
        raise LoadError(message)


def _remedy(said: str) -> str:
    return _OPENMP if "libgomp" in said or "libomp" in said else _ELSEWHERE
