"""Programs as pictures."""

from __future__ import annotations

import pytest

from tests.runs import flows
from tiphys.compiling import trace_task
from tiphys.diagnostics import UsageError
from tiphys.view.graphs import draw


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


def test_dot_has_a_cluster_per_orchestrator() -> None:
    text = draw(trace_task(flows.several), "dot")

    assert text.startswith("digraph {\n")
    assert text.count("subgraph cluster_") == 2
    assert '[label="price" shape=box]' in text
    assert text.endswith("}\n")


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"there is no format `mermade`\. Did you mean `mermaid`\?"):
        draw(trace_task(flows.main), "mermade")
