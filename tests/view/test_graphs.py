"""Programs as pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.runs import flows
from tests.view import flows as control
from tiphys.compiling import trace_task
from tiphys.diagnostics import UsageError
from tiphys.loading import find_task, load_module
from tiphys.view.graphs import draw

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_mermaid_has_a_subgraph_per_orchestrator() -> None:
    text = draw(trace_task(flows.main), "mermaid")

    assert text == (
        "flowchart TD\n"
        '  subgraph g0["runs.main"]\n'
        '    n0_0(["name"])\n'
        '    n0_1(["count"])\n'
        '    n0_2["price"]\n'
        '    n0_3[["basket: runs.basket"]]\n'
        "    n0_4[/\"(f'{name} x{count}', price + sum([price_2, price_3]))\"/]\n"
        '    n0_5(["return"])\n'
        "    n0_0 --> n0_2\n"
        "    n0_0 --> n0_4\n"
        "    n0_1 --> n0_4\n"
        "    n0_2 --> n0_4\n"
        "    n0_3 --> n0_4\n"
        "    n0_4 --> n0_5\n"
        "    n0_2 -.-> n0_3\n"
        "    n0_3 -.-> n0_5\n"
        "  end\n"
        '  subgraph g1["runs.basket"]\n'
        '    n1_0(["items"])\n'
        '    n1_1["price"]\n'
        '    n1_2["price-2"]\n'
        '    n1_3(["return"])\n'
        "    n1_1 --> n1_3\n"
        "    n1_2 --> n1_3\n"
        "  end\n"
    )


def test_mermaid_has_a_subgraph_per_construct_and_one_per_arm() -> None:
    """A region reads what is outside by itself; what it gives comes from the whole construct."""
    text = draw(trace_task(control.choose), "mermaid")

    assert text == (
        "flowchart TD\n"
        '  subgraph g0["views.choose"]\n'
        '    n0_0(["n"])\n'
        '    n0_1["double"]\n'
        '    n0_2[/"0 if double > 3 else 1"/]\n'
        '    subgraph n0_3["branch"]\n'
        '      n0_3_h{"branch which"}\n'
        '      subgraph n0_3_0["then"]\n'
        '        n0_3_0_0["double-2"]\n'
        "      end\n"
        '      subgraph n0_3_1["else"]\n'
        '        n0_3_1_0(["nothing"])\n'
        "      end\n"
        "    end\n"
        '    n0_4(["return"])\n'
        "    n0_0 --> n0_1\n"
        "    n0_1 --> n0_2\n"
        "    n0_2 --> n0_3_h\n"
        "    n0_1 --> n0_3_0_0\n"
        "    n0_3 --> n0_4\n"
        "  end\n"
    )


def test_what_a_loop_carries_is_a_node_that_each_round_replaces() -> None:
    lines = [line.strip() for line in draw(trace_task(control.repeat), "mermaid").splitlines()]

    begin = lines.index('subgraph n0_2["loop"]')
    assert lines[begin + 1 : lines.index("end")] == [
        'n0_2_h{"loop if n-2 is 0"}',
        'n0_2_c0(["x"])',
        'n0_2_0_0["double"]',
        'n0_2_0_1[/"0 if double < 100 else 4"/]',
    ]
    assert {"n0_0 --> n0_2_c0", "n0_2_c0 --> n0_2_0_0", "n0_2_0_0 --> n0_2_c0"} <= set(lines)


def test_a_map_shows_its_item() -> None:
    lines = [line.strip() for line in draw(trace_task(control.spread), "mermaid").splitlines()]

    begin = lines.index('subgraph n0_3["n-map"]')
    assert lines[begin + 1 : begin + 6] == [
        'n0_3_h{"map i below n-2"}',
        'n0_3_c0(["i"])',
        'n0_3_0_0[/"item_at(numbers, i)"/]',
        'n0_3_0_1["double"]',
        "end",
    ]
    assert "n0_3 --> n0_4" in lines


@pytest.mark.parametrize("after", ["trace", "split_wide_graphs"])
@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_an_attempt_has_a_body_and_a_catch(form: str, after: str) -> None:
    text = draw(trace_task(control.guard, after=after), form)

    boxes = {"mermaid": r'subgraph \w+\["(.*)"\]', "dot": r'label="(.*)";'}[form]
    # what follows the `try` has moved into it by then
    behind = ["handle", "0", "1", "2"] if after == "trace" else []
    assert re.findall(boxes, text) == ["views.guard", "attempt", "body", "catch", *behind]


def test_edges_from_a_construct_begin_at_the_border_of_its_cluster() -> None:
    lines = [line.strip() for line in draw(trace_task(control.choose), "dot").splitlines()]

    assert "compound=true;" in lines
    assert lines[lines.index("subgraph cluster_n0_3 {") + 1 :][:4] == [
        'label="branch";',
        'n0_3_h [label="branch which" shape=diamond];',
        "subgraph cluster_n0_3_0 {",
        'label="then";',
    ]
    assert "n0_3_h -> n0_4 [ltail=cluster_n0_3];" in lines


def test_dot_has_a_cluster_per_orchestrator() -> None:
    text = draw(trace_task(flows.several), "dot")

    assert text.startswith("digraph {\n")
    assert text.count("subgraph cluster_") == 2
    assert '[label="price" shape=box]' in text
    assert text.endswith("}\n")


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"there is no format `mermade`\. Did you mean `mermaid`\?"):
        draw(trace_task(flows.main), "mermade")


@pytest.mark.parametrize("after", ["trace", None])
@pytest.mark.parametrize("example", ["etl", "search"])
def test_every_edge_joins_things_that_are_drawn_once(example: str, after: str | None) -> None:
    task = find_task(load_module(EXAMPLES / f"{example}.py"), "main")
    lines = [line.strip() for line in draw(trace_task(task, after=after), "mermaid").splitlines()]

    edges = [line.split() for line in lines if "-->" in line or "-.->" in line]
    boxes = {line.split()[1].partition("[")[0] for line in lines if line.startswith("subgraph")}
    nodes = [line for line in lines if re.match(r"n\w+[\[({]", line)]
    ids = [re.split(r"[\[({]", line)[0] for line in nodes]

    assert len(ids) == len(set(ids))
    assert {end for one, _, other in edges for end in (one, other)} <= {*ids, *boxes}
