"""Objects as YAML or JSON, the same bytes each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml


class Dumper(yaml.CSafeDumper):
    """Quotes what YAML 1.1 reads as a truth value: kubectl still does, `y` and `n` and keys included."""


Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:y|Y|n|N)$"), list("yYnN"))


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
