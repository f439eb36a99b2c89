"""The only module that writes `{{`: one function per reference that Argo substitutes or evaluates."""

from __future__ import annotations

import json
import re

WORKFLOW_UID = "{{workflow.uid}}"
RETRIES = "{{retries}}"
"""How often a pod was retried so far; only templates with a retry strategy know it."""
ABSENT_KEY = "tiphys/none"


def input_of(name: str) -> str:
    """Refer to a parameter of the template itself."""
    return f"{{{{inputs.parameters.{name}}}}}"


def output_of(task: str, output: str) -> str:
    """Refer to an output of a task that has succeeded before."""
    return f"{{{{tasks.{task}.outputs.parameters.{output}}}}}"


def typed_by_people(parameter: str) -> str:
    """Wrap a workflow argument at its first use: Argo never reads the text again, the pod decodes it."""
    return f"""{{"t":"{{{{=toBase64(workflow.parameters['{parameter}'])}}}}"}}"""


def spilled_key(parameter: str) -> str:
    """Give the key of an operand's file, from the envelope in a parameter."""
    return f"{{{{=fromJSON(inputs.parameters['{parameter}'])?.k ?? '{ABSENT_KEY}'}}}}"


def pass_on(parameter: str) -> str:
    """Give, as an output expression, one of a DAG's own inputs."""
    return f"inputs.parameters['{parameter}']"


def text(value: str) -> str:
    """Give, as an output expression, a fixed text."""
    return json.dumps(value, ensure_ascii=True)


def output_key(at: str, output: str) -> str:
    """Give the key under which an output's file is kept."""
    return f"tiphys/{WORKFLOW_UID}/v/{at}/_" if output == "v" else f"tiphys/{WORKFLOW_UID}/v/{at}/{output}/_"


def item_key(group: str) -> str:
    """Give the key of an item of a directory: `group` holds the group and the index."""
    return f"tiphys/{WORKFLOW_UID}/m/{group}/_"


def directory_key(group: str) -> str:
    """Give the prefix that a wide fan-in reads as a directory."""
    return f"tiphys/{WORKFLOW_UID}/m/{group}"


def defused(value: str) -> str:
    """Write a user's text so that Argo substitutes nothing in it."""
    return re.sub(r"\{(?=\{)", "{\u200b", value)


def is_read_on_the_way(value: str) -> bool:
    """Say whether Argo would substitute `{{` in a text, or the kubelet `$(` and `$$`."""
    return "{{" in value or "$(" in value or "$$" in value


def defused_json(value: str) -> str:
    """Write JSON so that nobody substitutes anything in it; JSON has `{{` and `$` only inside strings."""
    return value.replace("{{", "{\\u007b").replace("$$", "$\\u0024").replace("$(", "$\\u0028")


ODD = re.compile(r"[^-A-Za-z0-9_]")


def parameter_of(name: str, *, own: tuple[str, ...] = ("at",)) -> str:
    """Give the parameter that stands for a variable: Argo takes ASCII only, and some names are the template's own.

    No Python name has a hyphen, and no name of a node two in a row: no two variables share a parameter.
    """
    if name in own:
        return f"{name}--input"
    return ODD.sub(lambda found: f"--{ord(found[0]):x}--", name)
