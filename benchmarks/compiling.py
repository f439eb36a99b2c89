"""How long compiling takes after imports, and how much YAML a call costs."""

from __future__ import annotations

import peers
from clock import Times, child, take_turns, times_of
from report import Row

BUDGETS = {"chain": 2.0, "wide": 2.0}  # the budget is for calls; glue between them comes on top


def compiled(program: str, count: int, until: str) -> float:
    """Measure our compiler."""
    return child("compile_tiphys", program, count, until)["seconds"]


def thousand(turns: int) -> list[Row]:
    """Compile 1,000 calls of one task, from the function to YAML text."""
    kfp = peers.python_with("kfp")
    cases = {
        "tiphys": lambda: compiled("chain", 1000, "objects"),
        "yaml": lambda: compiled("chain", 1000, "yaml"),
        "hera": lambda: child("compile_hera", 1000, "yaml")["seconds"],
    }
    if kfp is not None:
        cases["kfp"] = lambda: child("compile_kfp", 1000, python=kfp)["seconds"]
    found = take_turns(cases, turns)
    ours = found.pop("tiphys")
    yaml = found.pop("yaml")
    return [
        Row("compile 1,000 calls (chain): everything, checks included, but YAML text", ours, "s", 0.3),
        Row("the same to YAML text", yaml, "s", None, found),
    ]


def ten_thousand(turns: int) -> list[Row]:
    """Build the models of 10,000 calls; such an object is refused, so it is never dumped."""
    shapes = {"chain": "one after the other", "wide": "beside each other, one fan-in", "mixed": "with glue between"}
    cases = {program: lambda program=program: compiled(program, 10_000, "models") for program in shapes}
    small = {f"{program} 1000": lambda program=program: compiled(program, 1000, "models") for program in shapes}
    found = take_turns({**cases, **small, "hera": lambda: child("compile_hera", 10_000, "models")["seconds"]}, turns)
    rows = []
    for program, words in shapes.items():
        ours, less = found[program], found[f"{program} 1000"]
        others = {"1,000 calls": less}
        if program == "chain":
            others["hera"] = found["hera"]
        rows.append(
            Row(f"10,000 calls {words}: trace, passes, bundle, models", ours, "s", BUDGETS.get(program), others)
        )
    return rows


def sizes(_: int) -> list[Row]:
    """Compare the YAML of many calls with that of few."""

    def further(program: str, few: int, many: int) -> Times:
        sizes = [child("compile_tiphys", program, count, "yaml")["bytes"] for count in (few, many)]
        return times_of([(sizes[1] - sizes[0]) / (many - few)])

    few, many = 100, 1000
    hera = [child("compile_hera", count, "yaml")["bytes"] for count in (few, many)]
    others = {"hera": times_of([(hera[1] - hera[0]) / (many - few)])}
    kfp = peers.python_with("kfp")
    if kfp is not None:
        bytes_of = [child("compile_kfp", count, python=kfp)["bytes"] for count in (few, many)]
        others["kfp"] = times_of([(bytes_of[1] - bytes_of[0]) / (many - few)])
    return [
        Row("YAML per further call of a task (chain)", further("chain", few, many), "B", 300, others),
        Row("YAML per further call of a task (beside each other)", further("wide", 20, 160), "B", 300),
    ]
