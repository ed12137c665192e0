"""The JSON Schema (draft 2020-12) of a spec, for editors: completion, descriptions and checks while writing."""

from __future__ import annotations

from typing import Any

from smtune.spec.model import TuningSpec

Json = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = {"type": "string", "pattern": r"^\$\{env:[^}]*\}$"}
FILE = "smtune.schema.json"
"""The name under which `smtune init` puts it beside a spec."""


def spec_schema() -> Json:
    """The schema of a whole spec; every key has a description and an example.

    It accepts whatever `load_spec` accepts. What only a rule can say (min below max, one of two keys) it does not.
    """
    schema = _loosened(TuningSpec.model_json_schema())
    definitions = schema["$defs"]
    channel = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Channel"}]}
    definitions["Channels"]["properties"]["channels"]["additionalProperties"] = channel
    for name in ("test", "train_dev"):
        definitions["Channels"]["properties"][name]["anyOf"] = [*channel["anyOf"], {"type": "null"}]
    return {"$schema": DIALECT, **schema, "title": "smtune spec"}


def _is_not_text(part: Json) -> bool:
    """Whether a part of the schema is for numbers, switches or choices: none of them takes a text as it is."""
    return part.get("type") in ("integer", "number", "boolean") or "enum" in part


def _loosened(value: Any) -> Any:
    """Without titles, which repeat the keys, and with `anyOf` for `oneOf`: {min: 1, max: 5} fits two kinds of range."""
    if isinstance(value, list):
        return [_loosened(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _is_not_text(value):
        rest = {key: item for key, item in value.items() if key in ("description", "examples", "default")}
        kind = {key: item for key, item in value.items() if key not in (*rest, "title")}
        return {**rest, "anyOf": [kind, _REFERENCE]}
    result = {}
    for key, item in value.items():
        if key == "properties":
            result[key] = {name: _loosened(member) for name, member in item.items()}
        elif key in ("examples", "default", "const", "enum"):
            result[key] = item
        elif not (key == "title" and isinstance(item, str)):
            result["anyOf" if key == "oneOf" else key] = _loosened(item)
    return result
