"""A pod of several containers, as the one that runs here: the shim, which starts the command of the other itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tiphys.diagnostics import UsageError

Object = Mapping[str, Any]
MAIN, USER = "main", "user"
BESIDE = "TIPHYS_BESIDE"
"""The variable that tells the shim to start the command itself."""


def as_container(body: Object, where: str) -> Object:
    """Give a template with the shim's container alone, whose variables say what runs beside it.

    The command is a process of this computer: its image is not used. Raises UsageError for other sets.
    """
    containers = {str(item["name"]): item for item in body["containerSet"].get("containers") or ()}
    main, user = containers.get(MAIN), containers.get(USER)
    if main is None or user is None:
        message = f"{where} is a set of containers without `{MAIN}` and `{USER}`, which does not run on this computer"
        raise UsageError(message)
    variables = list(user.get("env") or ())
    asked = {
        "command": [*(user.get("command") or ()), *(user.get("args") or ())],
        "env": {item["name"]: item["value"] for item in variables if "value" in item},
    }
    beside = {"name": BESIDE, "value": json.dumps(asked)}
    return {**body, "container": {**main, "env": [*(main.get("env") or ()), *variables, beside]}}
