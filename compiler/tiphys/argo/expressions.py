"""The only module that writes `{{`: one function per reference that Argo substitutes or evaluates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from tiphys.authoring import link

NAMESPACE = "{{workflow.namespace}}"
WORKFLOW_UID = "{{workflow.uid}}"
RUN = "{{workflow.name}}"
POD = "{{pod.name}}"
NODE = "{{node.name}}"
RETRIES = "{{retries}}"
"""How often a pod was retried so far; only templates with a retry strategy know it."""
LAST = "{{lastRetry.status}} {{lastRetry.exitCode}} {{lastRetry.message}}"
"""How the attempt before ended; before the first there is none."""
QUEUED = "{{=sprig.unixEpoch(sprig.now())}}"
"""When the pod of an attempt was made, in seconds: the controller's clock."""
STEPS = (
    "(lastRetry.message matches 'grown [0-9]+$' ? asInt(sprig.regexFind('[0-9]+$', lastRetry.message)) + "
    "(lastRetry.exitCode == '137' ? 1 : 0) : 0)"
)
"""How often the memory has grown: what the attempt before had said, and once more if it was killed."""
GROWN = f"{{{{=string({STEPS})}}}}"
TRIES = "tries"
"""The file in which the attempts of a call count themselves."""
ABSENT_KEY = "tiphys/none"
ITEM = "{{item}}"
"""The number of an item, in the arguments of a task that is fanned out."""

# Parameters of ours beside `at`. No variable has such a name: in `parameter_of` a hyphen stands for a character.
ITEM_AT = "map-item"
"""Where the value of a map's item is written."""
INDEX = "map-index"
"""The number of an item, in the DAG around it."""
SHARE = "map-share"
"""How many bytes a value may have that a pod below a map gives, where there is no artifact repository."""
ROOM = 160_000
"""Bytes for the values of all items of a map: each stands several times in the object that a run is."""
PREFIX = "map-prefix"
"""The key under which the items of a map are."""
RECORDS_TO = "try-at"
"""The `at` of the `try` whose catch reads the records."""
FRAME = "try-frame"
"""What that catch gives where a call fails that has no frame of its own."""
CAUGHT = "try-caught"
"""The `at` of the `try` whose records a catch reads."""
ROUND = "loop-round"
READ = "number-read"
"""The number that Argo has read, or `UNKNOWN`."""
UNKNOWN = -1
EXIT = "loop-exit"
RECORD = "record"
"""The output in which a pod, or a DAG, says what failed in it."""
FAILED = "-"
"""What that begins with for each pod that failed; alone, where the pod could say nothing itself."""


def input_of(name: str) -> str:
    """Refer to a parameter of the template itself."""
    return f"{{{{inputs.parameters.{name}}}}}"


def output_of(task: str, output: str) -> str:
    """Refer to an output of a task that has succeeded before."""
    return f"{{{{tasks.{task}.outputs.parameters.{output}}}}}"


def typed_by_people(parameter: str, kind: int) -> str:
    """Wrap a workflow argument at its first use: Argo never reads the text again, the pod decodes it.

    `kind` is the number of the declared type in the bundle.
    """
    return f"""{{"t":"{{{{=toBase64(workflow.parameters['{parameter}'])}}}}","y":{kind}}}"""


SCHEDULED = "workflow.scheduledTime"
TRIGGER_TIME = f"{{{{{SCHEDULED}}}}}"
"""What a trigger gives for the time that a run was planned for: Argo's own tag, which only the run can replace."""


def typed_or_timed(parameter: str, kind: int) -> str:
    """Do the same for an input that a trigger may give the planned time: Argo replaces no tag in what is wrapped."""
    typed = f"workflow.parameters['{parameter}']"
    told = f"{typed} contains '{SCHEDULED}' ? workflow['scheduledTime'] ?? '' : {typed}"
    return f"""{{"t":"{{{{=toBase64({told})}}}}","y":{kind}}}"""


def answer_of(answer: str, kind: int) -> str:
    """Wrap, in an output expression, the text of a person's answer: Argo never reads it again, the pod decodes it."""
    return f"""'{{"t":"' + toBase64({answer}) + '","y":{kind}}}'"""


def spilled_key(parameter: str) -> str:
    """Give the key of an operand's file, from the envelope in a parameter."""
    return f"{{{{=fromJSON(inputs.parameters['{parameter}'])?.k ?? '{ABSENT_KEY}'}}}}"


def pass_on(parameter: str) -> str:
    """Give, as an output expression, one of a DAG's own inputs."""
    return f"inputs.parameters['{parameter}']"


def text(value: str) -> str:
    """Give, as an output expression, a fixed text."""
    return json.dumps(value, ensure_ascii=True)


def output_in(task: str, output: str) -> str:
    """Give, in an expression, an output of a task."""
    return f"tasks['{task}'].outputs.parameters['{output}']"


def has_succeeded(task: str) -> str:
    """Say, in an output expression, whether a task ran: what was skipped has a status too."""
    return f"tasks['{task}'].status == 'Succeeded'"


def has_failed(task: str) -> str:
    """Say, in an output expression, whether a task failed."""
    return f"(tasks['{task}'].status == 'Failed' || tasks['{task}'].status == 'Error')"


def told_by_pod(task: str) -> str:
    """Give, as an output expression, what a pod that failed says of that; one that never was has no outputs at all."""
    return f"'{FAILED}' + (tasks['{task}'].outputs?.parameters?.{RECORD} ?? '')"


def read_in(reference: str) -> str:
    """Give, as an output expression, what a reference to an output of a task stands for."""
    found = re.fullmatch(r"\{\{tasks\.([-a-zA-Z0-9]+)\.outputs\.parameters\.([-\w]+)\}\}", reference, re.ASCII)
    assert found is not None, reference
    return output_in(found[1], found[2])


def is_number(value: str, number: int) -> str:
    """Compare an envelope with that of a number, as text: nothing of it is decoded."""
    return f"{value} == '{{\"v\":{number}}}'"


def whole(envelope: str) -> str:
    """Give, in an expression, the number in an envelope of ours. Go reads numbers as floats, hence the conversion."""
    return f"asInt(fromJSON({envelope}).v)"


def milliseconds_of(envelope: str) -> str:
    """Give a duration of the milliseconds in an envelope: whole ones, as Go writes a large float with an exponent."""
    return f"{evaluated(whole(pass_on(envelope)))}ms"


def entry_of(numbers: str, index: str) -> str:
    """Give, in an expression, an entry of the list of numbers in an envelope, or `UNKNOWN` where it has none there."""
    listed = f"fromJSON({numbers}).v"
    return f"({whole(index)} < len({listed}) ? asInt({listed}[{whole(index)}]) : {UNKNOWN})"


def argument_of(name: str) -> str:
    """Give, in an expression, the text that was typed for an argument of the workflow."""
    return f"workflow.parameters['{name}']"


def counter(value: str) -> str:
    """Give, in an expression, the number of a round: digits only, no envelope."""
    return f"asInt({value})"


def choice(*cases: tuple[str, str], otherwise: str) -> str:
    """Give, as an output expression, the value of the first condition that holds; the others are not looked at."""
    return "".join(f"{condition} ? {value} : " for condition, value in cases) + otherwise


def encoded(envelope: str) -> str:
    """Give, as an output expression, an envelope as a text that Argo does not take for JSON when it collects it."""
    return f"toBase64({envelope})"


def listed(items: str, records: str | None = None) -> str:
    """Give, as an output expression, the envelope of a list, of what Argo has collected of the items' tasks.

    records: what failed in each, where exceptions are values.
    """
    told = f""" + ',"r":' + {records}""" if records is not None else ""
    return f"""'{{"a":' + {items}{told} + '}}'"""


def share_of(count: str, *, is_inside: bool) -> str:
    """Divide the room for values among the items of a map; one in an item of another divides what that has."""
    room = str(ROOM)
    if is_inside:
        share = pass_on(SHARE)
        room = f"({share} == '-' ? {ROOM} : asInt({share}))"
    return evaluated(f"string(asInt({room} / ({count} + 1)))")


def bounded(parameter: str, longest: int) -> str:
    """Pass a parameter on to a container, or say how long it is where that is more than one argument can have."""
    value = pass_on(parameter)
    size = f"len({value})"
    return evaluated(choice((f"{size} > {longest}", f"""'{{"o":' + string({size}) + ' }}'"""), otherwise=value))


def evaluated(expression: str) -> str:
    """Let Argo evaluate an expression inside a text. All it names must be there, whichever way it goes."""
    return f"{{{{={expression}}}}}"


def expression_of(tag: str) -> str:
    """Give the expression in a text that is nothing but one, as `evaluated` makes it."""
    return tag.removeprefix("{{=").removesuffix("}}")


def output_key(at: str, output: str) -> str:
    """Give the key under which an output's file is kept."""
    return f"tiphys/{WORKFLOW_UID}/v/{at}/_" if output == "v" else f"tiphys/{WORKFLOW_UID}/v/{at}/{output}/_"


def item_key(group: str) -> str:
    """Give the key of an item of a directory: `group` holds the group and the index."""
    return f"tiphys/{WORKFLOW_UID}/m/{group}/_"


def record_key(to: str, at: str) -> str:
    """Give the key under which a pod's record is kept for the catch of the `try` at `to`."""
    return f"{records_key(to)}/{at}/_"


def tries_key(at: str) -> str:
    """Give the key under which the attempts of a call count themselves."""
    return f"tiphys/{WORKFLOW_UID}/r/{at}/_"


def grown_memory(request: int, limit: int, factor: float) -> str:
    """Patch a pod so that its memory, in bytes, has grown by a factor for each step."""

    def grown(size: int) -> dict[str, str]:
        return {"memory": f"{{{{=string(int({size} * ({factor:g} ** {STEPS})))}}}}"}

    resources = {"requests": grown(request), "limits": grown(limit)}
    return json.dumps({"containers": [{"name": "main", "resources": resources}]})


def report_key(at: str) -> str:
    """Give the key of a task's report: a browser knows by its end what it is."""
    return f"tiphys/{WORKFLOW_UID}/h/{at}/report.html"


def artifact_key(task: str, at: str) -> str:
    """Give the key of a result that is kept for others, by names that people know."""
    return f"tiphys/artifacts/{NAMESPACE}/{task}/{RUN}/{at}/_"


def limit_in(parameter: str, further: int) -> str:
    """Give the number in an envelope of ours, and so many more."""
    return f"{{{{=string(asInt(fromJSON(inputs.parameters['{parameter}']).v) + {further})}}}}"


def quantity_in(parameter: str) -> str:
    """Give the text in an envelope of ours: a quantity, or a manifest.

    The pod that made it has checked that it holds nothing that Argo would replace.
    """
    return f"{{{{=fromJSON(inputs.parameters['{parameter}']).v}}}}"


def records_key(to: str) -> str:
    """Give the prefix of all records of one `try`. No node is called `!`."""
    return f"tiphys/{WORKFLOW_UID}/o/{to}/!"


def directory_key(group: str) -> str:
    """Give the prefix that a wide fan-in reads as a directory."""
    return f"tiphys/{WORKFLOW_UID}/m/{group}"


def cache_key(code: str, operands: tuple[str, ...]) -> str:
    """Give the key of a kept result: what runs, and the contents of the operands, of a spilled one its digest."""
    texts = (f"(fromJSON(inputs.parameters['{name}'])?.h ?? inputs.parameters['{name}'])" for name in operands)
    return f"tiphys/cache/{NAMESPACE}/{code}/{evaluated(f'sprig.sha256sum({_joined(texts)})')}/_"


def _joined(texts: Iterable[str]) -> str:
    return " + '|' + ".join(texts) or "''"


def defused(value: str) -> str:
    """Write a user's text so that Argo substitutes nothing in it."""
    return re.sub(r"\{(?=\{)", "{\u200b", value)


def filled(address: str) -> str:
    """Let Argo fill in what an address says of the run, its pod, its node and its namespace."""
    for word, reference in ((link.RUN, RUN), (link.POD, POD), (link.NODE, NODE), (link.NAMESPACE, NAMESPACE)):
        address = re.sub(word, reference, address, flags=re.IGNORECASE)
    return address


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
