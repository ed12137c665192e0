"""TuningSpec -> YAML text that `load_spec` reads back to the same spec."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from smtune.spec.model import TuningSpec

_WIDTH = 110
_SHORT = 90


def dump_spec(spec: TuningSpec) -> str:
    """YAML text of `spec`: what equals its default is left out, small mappings stand on one line."""
    data = {"apiVersion": spec.apiVersion, **spec.model_dump(exclude_defaults=True)}
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.representer.add_representer(str, _represent_text)
    stream = StringIO()
    yaml.dump(_styled(data, 0), stream)
    return stream.getvalue()


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
    return value


def _is_small(value: Any) -> bool:
    items = list(value.values()) if isinstance(value, dict) else list(value)
    plain = all(not isinstance(item, dict | list | tuple) or _is_leaf(item) for item in items)
    return plain and len(str(value)) <= _SHORT


def _is_leaf(value: Any) -> bool:
    return isinstance(value, list | tuple) and not any(isinstance(item, dict | list | tuple) for item in value)


# What YAML 1.1 readers (PyYAML, Go) would take for a number, a boolean or null is quoted for them too.
_YAML_11_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ""}


def _represent_text(representer: Any, text: str) -> Any:
    style = "'" if text.lower() in _YAML_11_WORDS or _looks_numeric(text) else None
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _looks_numeric(text: str) -> bool:
    try:
        float(text.replace("_", ""))
    except ValueError:
        return text[:1].isdigit() and ":" in text
    return True
