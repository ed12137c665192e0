"""Names of algorithms and frameworks <-> their training images.

The table, `images.json`, is the SageMaker SDK's own data as of 3.27.0 (a test compares the two): repository, tag,
versions and the account of each region. A built-in algorithm without an image of its own, such as LightGBM, runs in a
framework's container, and its version is the container's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

from smtune.errors import Problem, SpecError
from smtune.partitions import REGISTRY, partition_of

_URI = re.compile(REGISTRY + "([^:@]+):(.+)")
_GPU = re.compile(r"ml\.(p|g)\d")


@dataclass(frozen=True)
class Family:
    """The images of one algorithm or framework."""

    name: str
    kind: Literal["builtin", "framework"]
    repository: str
    tag: str
    versions: Mapping[str, str]
    """Version -> the Python tag of its image (empty where the image's tag is the version alone)."""
    accounts: Mapping[str, str]
    """Region -> the account whose registry holds the image."""
    container: str = ""
    """The framework whose image this is; empty for an image of its own."""


@cache
def families() -> Mapping[str, Family]:
    """Every known family by name."""
    table = json.loads(files("smtune.algorithms").joinpath("images.json").read_text(encoding="utf-8"))
    found = dict[str, Family]()
    for name, entry in table["families"].items():
        if "container" in entry:
            found[name] = replace(found[entry["container"]], name=name, **entry)
        else:
            found[name] = Family(**{"name": name, **entry, "accounts": table["accounts"][entry["accounts"]]})
    return found


def image_uri(name: str, version: str, *, region: str, instance: str = "ml.m5.large") -> str:
    """The training image of an algorithm or framework in a region; raises SpecError naming what is known instead."""
    family = families().get(name)
    if family is None:
        raise _unknown(f"unknown algorithm or framework {name!r}", families())
    if version not in family.versions:
        raise _unknown(f"{name} has no version {version!r}", family.versions)
    if region not in family.accounts:
        raise _unknown(f"{name} has no image in region {region!r}", family.accounts)
    processor = "gpu" if _GPU.match(instance) else "cpu"
    python = family.versions[version]
    tag = family.tag.format(version=version, processor=processor, python=python) if python else version
    return f"{family.accounts[region]}.dkr.ecr.{region}.{partition_of(region).domain}/{family.repository}:{tag}"


def parse_image(uri: str) -> tuple[Family, str] | None:
    """The family and version of an image that `image_uri` made, or None for any other image.

    A framework's container is the framework's, whichever algorithm it was named for.
    """
    match = _URI.fullmatch(uri)
    for family in families().values() if match else ():
        if match and match[3] == family.repository and not family.container:
            for version in family.versions:
                if match[4] == version or match[4].startswith(f"{version}-"):
                    return family, version
    return None


def _unknown(message: str, known: Mapping[str, object]) -> SpecError:
    return SpecError((Problem(0, 0, "algorithm", message, f"known: {', '.join(sorted(known))}"),))
