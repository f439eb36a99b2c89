"""A result that is put together without a pod: its tagged form with holes, which the run's other outputs fill."""

from __future__ import annotations

import json
from collections.abc import Callable

from tiphys.ir import Display, Literal

Text = Callable[[object], str]


def display_envelope(display: Display, text: Text) -> str:
    """Write the envelope of a display: `{"x": form}`, where `{"$h": n}` stands for output `r<n>` of the run."""
    return f'{{"x":{form_of(display, text)}}}'


def form_of(item: Display | Literal | int, text: Text) -> str:
    """Write the tagged form of a part; `text` gives that of a known value."""
    match item:
        case int():
            return json.dumps({"$h": item}, separators=(",", ":"))
        case Literal(value=value):
            return text(value)
    parts = [form_of(part, text) for part in item.items]
    if item.cls is list:
        return f"[{','.join(parts)}]"
    if item.cls is tuple:
        return f'{{"$t":[{",".join(parts)}]}}'
    if item.cls is dict and not all(isinstance(key, str) and not key.startswith("$") for key in item.keys):
        pairs = [f"[{text(key)},{part}]" for key, part in zip(item.keys, parts, strict=True)]
        return f'{{"$d":[{",".join(pairs)}]}}'
    fields = ",".join(f"{json.dumps(key)}:{part}" for key, part in zip(item.keys, parts, strict=True))
    if item.cls is dict:
        return f"{{{fields}}}"
    name = json.dumps(f"{item.cls.__module__}:{item.cls.__qualname__}")
    if issubclass(item.cls, tuple):
        return f'{{"$nt":[{name},[{",".join(parts)}]]}}'
    return f'{{"$dc":[{name},{{{fields}}}]}}'
