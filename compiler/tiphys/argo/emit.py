"""Objects as YAML or JSON, the same bytes each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml


class Dumper(yaml.CSafeDumper):
    """Quotes what kubectl would not read as a text: it reads YAML 1.1, and numbers that PyYAML does not know."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Write an object that occurs twice twice."""
        return True


Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:y|Y|n|N)$"), list("yYnN"))
NUMBER = re.compile(r"^[-+]?(?:0[oO][0-7_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?)$")
Dumper.add_implicit_resolver("tag:yaml.org,2002:float", NUMBER, list("-+.0123456789"))


def to_yaml(objects: Iterable[Mapping[str, Any]]) -> str:
    """Write objects as one YAML stream."""
    return "---\n".join(
        yaml.dump(item, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1_000_000, default_flow_style=False)
        for item in objects
    )


def to_json(objects: Iterable[Mapping[str, Any]]) -> str:
    """Write objects as one JSON `List`, or the object alone where there is one."""
    items = list(objects)
    body: Any = items[0] if len(items) == 1 else {"apiVersion": "v1", "kind": "List", "items": items}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
