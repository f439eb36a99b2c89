"""Maps: one task, fanned out by number.

With an artifact repository each item is a file, which the reader of the list fetches. Without one the items are
collected by Argo, as the outputs of the tasks: `{"a": [...]}`. Argo decodes outputs that are JSON, numbers as
floats, so an item is encoded by a DAG around it.
"""

from __future__ import annotations

from collections.abc import Iterator

from hera.workflows import models as m

from tiphys.argo.calls import NO_FRAME, Calls
from tiphys.argo.constructs import TOO_MANY, Inside, dag, task
from tiphys.argo.expressions import (
    FRAME,
    INDEX,
    ITEM,
    ITEM_AT,
    PREFIX,
    RECORD,
    RECORDS_TO,
    SHARE,
    choice,
    encoded,
    evaluated,
    has_succeeded,
    input_of,
    listed,
    output_in,
    parameter_of,
    pass_on,
    share_of,
    text,
    whole,
)
from tiphys.argo.packing import EACH, JOIN
from tiphys.argo.rounds import ITEMS
from tiphys.ir import Atom, Map, Ref

END = "end"
NOTHING = text('{"v":[]}')


def map_templates(calls: Calls, unit: Map) -> Iterator[m.Template]:
    """Make the templates of a map."""
    if calls.is_storeless:
        return listed_templates(calls, unit)
    return iter((map_template(calls, unit),))


def map_template(calls: Calls, unit: Map) -> m.Template:
    """Make the template of a map whose items are files; its value says where they are."""
    inside = Inside(calls, unit)
    count = whole(pass_on(parameter_of(unit.count.node)))
    at = f"{input_of('at')}/{ITEM}"

    def reference(atom: Atom) -> str:
        return f'{{"v":{ITEM}}}' if atom == Ref(unit.index) else inside.reference(atom)

    region = inside.region(unit.body, reference=reference, taken=(TOO_MANY, END))
    given = {ITEM_AT: at}
    if unit.keeps_errors and any(one.name == RECORDS_TO for one in calls.inputs(unit.name)):
        given[RECORDS_TO] = at  # an exception that becomes a value is nothing that the `try` around it may catch
    item = task(region.task, region.template, region.arguments(at, given))
    tasks = fanned_out(inside, unit, item)
    if unit.keeps_errors:
        item.continue_on = m.ContinueOn(failed=True, error=True)
        # what is skipped behind the map takes over the phase of what ran last, and that must not be a failed item;
        # `dependencies`, since Argo allows no `continueOn` beside `depends`
        tasks.append(m.DAGTask(name=END, template=JOIN, dependencies=[item.name]))
    value = f"""'{{"k":"' + {pass_on(PREFIX)} + '","c":' + string({count}) + '}}'"""
    inputs = [*calls.inputs(unit.name), m.Parameter(name=PREFIX)]
    return dag(calls.names[unit.name], inputs, tasks, {"v": value}, limit=unit.limit)


def fanned_out(inside: Inside, unit: Map, item: m.DAGTask) -> list[m.DAGTask]:
    """Run a task for each item; one more fails where there are too many."""
    count = whole(pass_on(parameter_of(unit.count.node)))
    is_too_long = f"{ITEMS} < {count}"
    number = choice((is_too_long, "'0'"), otherwise=f"string({count})")
    item.with_sequence = m.Sequence(count=m.IntOrString(root=evaluated(number)))
    return [item, inside.stop(is_too_long)]


def listed_templates(calls: Calls, unit: Map) -> Iterator[m.Template]:
    """Make the templates of a map whose items travel in parameters: the map, and the DAG around each item.

    Where exceptions are values that DAG always succeeds, and says what failed (argo/reporting.py).
    """
    inside = Inside(calls, unit)

    def reference(atom: Atom) -> str:
        return f'{{"v":{input_of(INDEX)}}}' if atom == Ref(unit.index) else inside.reference(atom)

    region = inside.region(unit.body, reference=reference, taken=(TOO_MANY,))
    each = calls.parts[unit.name, EACH]
    told = {item.name: input_of(item.name) for item in calls.inputs(unit.name)}
    count = whole(pass_on(parameter_of(unit.count.node)))
    share = share_of(count, is_inside=SHARE in told)
    told |= {"at": f"{input_of('at')}/{ITEM}", INDEX: ITEM, SHARE: share}
    passed = m.Arguments(parameters=[m.Parameter(name=name, value=value) for name, value in told.items()])
    item = task(region.task, each, passed)
    records = output_in(item.name, RECORD) if unit.keeps_errors else None
    value = choice((has_succeeded(item.name), listed(output_in(item.name, "v"), records)), otherwise=NOTHING)
    tasks = fanned_out(inside, unit, item)
    yield dag(calls.names[unit.name], calls.inputs(unit.name), tasks, {"v": value}, limit=unit.limit)
    at = input_of("at")
    given = {SHARE: input_of(SHARE), **({RECORDS_TO: at, FRAME: NO_FRAME} if unit.keeps_errors else {})}
    inner = task(region.task, region.template, region.arguments(at, given))
    inputs = [m.Parameter(name=name) for name in told]
    yield dag(each, inputs, [inner], {"v": encoded(output_in(inner.name, region.output(0)))})
