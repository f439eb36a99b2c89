"""`signal`: what a run waits for, and answers to it."""

from __future__ import annotations

import json

from tiphys.diagnostics import UsageError


def show_waiting(name: str, *, namespace: str | None, context: str | None, as_json: bool) -> None:
    """Print the conditions that a run waits for."""
    from tiphys.cluster import connect, waiting

    found = waiting(connect(context=context, namespace=namespace), name)
    if as_json:
        held = [
            {"condition": each.asked.name, "place": each.place, "prompt": each.asked.prompt,
             "type": each.asked.kind.__name__}
            for each in found
        ]  # fmt: skip
        print(json.dumps({"run": name, "waiting": held}))
        return
    if not found:
        print(f"{name} waits for no condition")
    for each in found:
        print(f"{each.asked.name} ({each.asked.kind.__name__}) at {each.place}: {each.asked.prompt}")


def answer(
    name: str, condition: str, value: str | None, *, everywhere: bool, namespace: str | None, context: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Answer a condition."""
    from tiphys.cluster import connect, signal

    if value is None:
        message = f"say the answer too: tiphys signal {name} {condition} VALUE"
        raise UsageError(message)
    places = signal(connect(context=context, namespace=namespace), name, condition, value, everywhere=everywhere)
    if as_json:
        print(json.dumps({"run": name, "answered": places}))
    for place in [] if as_json else places:
        print(f"answered {place}")
