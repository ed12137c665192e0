"""TuningSpec -> YAML text that `load_spec` reads back to the same spec."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver

from smtune.spec.document import Path
from smtune.spec.environment import escape
from smtune.spec.model import TuningSpec

_WIDTH = 10_000  # no text is folded: a fold changes what some readers see
_SHORT = 90
_TEXT_TAG = "tag:yaml.org,2002:str"
_NUMBER_TAG = "tag:yaml.org,2002:float"
_PLAIN = re.compile(r"[A-Za-z0-9_/.](?:[A-Za-z0-9_/.@+=-]|:(?=[A-Za-z0-9_/.:])| (?=[A-Za-z0-9_/.]))*")
_LONG_NUMBER = re.compile(r"[-+.0-9a-fA-FoxX_]{200,}")  # readers refuse what they would have to take for a number
_YAML_11 = VersionedResolver(version=(1, 1))


class _Reference(str):
    """Text that is not to be escaped."""


def dump_spec(spec: TuningSpec, references: Mapping[Path, str] | None = None) -> str:
    """YAML text of `spec`: what equals its default is left out, small mappings stand on one line.

    `references`: what is written as it is, as `${env:NAME}`, in the place of a value.
    """
    said = spec.model_dump(exclude_defaults=True)
    for path, text in (references or {}).items():
        said = _with(said, path, _Reference(text))
    data = {"apiVersion": spec.apiVersion, **_shortened(said)}
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.representer.add_representer(str, _represent_text)
    yaml.representer.add_representer(float, _represent_number)
    stream = StringIO()
    yaml.dump(_styled(data, 0), stream)
    return stream.getvalue()


def _with(data: Any, path: Path, value: Any) -> Any:
    """`data` with `value` at `path`."""
    if not path:
        return value
    if isinstance(data, dict):
        return {key: _with(item, path[1:], value) if key == path[0] else item for key, item in data.items()}
    return [_with(item, path[1:], value) if index == path[0] else item for index, item in enumerate(data)]


def _shortened(data: dict[str, Any]) -> dict[str, Any]:
    """With channels that are nothing but a URI as that URI."""
    for holder in (data, *data.get("algorithms", ())):
        channels = holder.get("data", {}).get("channels", {})
        for name, channel in channels.items():
            if set(channel) == {"uri"}:
                channels[name] = channel["uri"]
    return data


def _styled(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        mapping = CommentedMap((key, _styled(item, depth + 1)) for key, item in value.items())
        if depth > 0 and _is_small(value):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list | tuple):
        sequence = CommentedSeq(_styled(item, depth + 1) for item in value)
        if _is_small(value):
            sequence.fa.set_flow_style()
        return sequence
    if isinstance(value, _Reference):
        return str(value)
    return escape(value) if isinstance(value, str) else value


def _is_small(value: Any) -> bool:
    items = list(value.values()) if isinstance(value, dict) else list(value)
    plain = all(not isinstance(item, dict | list | tuple) or _is_leaf(item) for item in items)
    return plain and len(str(value)) <= _SHORT


def _is_leaf(value: Any) -> bool:
    return isinstance(value, list | tuple) and not any(isinstance(item, dict | list | tuple) for item in value)


def _represent_text(representer: Any, text: str) -> Any:
    # What readers of YAML 1.1 (PyYAML, Go) take for a number, a boolean, a date or null is quoted for them too.
    plain = _PLAIN.fullmatch(text) and not _LONG_NUMBER.fullmatch(text)
    bare = plain and _YAML_11.resolve(ScalarNode, text, (True, False)) == _TEXT_TAG
    return representer.represent_scalar(_TEXT_TAG, text, style=None if bare else "'" if text.isprintable() else '"')


def _represent_number(representer: Any, number: float) -> Any:
    # Without a point, 1e-05 is text to readers of YAML 1.1.
    text = repr(number)
    return representer.represent_scalar(_NUMBER_TAG, text if "." in text else text.replace("e", ".0e"))
