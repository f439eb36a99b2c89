"""Glue that does no more than pick one of its operands, once another of them is known; glue whose operands all are."""

from __future__ import annotations

import dis
import operator
from collections.abc import Iterable
from typing import Any

from tiphys.ir import Atom, Code, Glue, Literal, Ref

IDLE = frozenset(("RESUME", "NOP", "CACHE", "TO_BOOL", "NOT_TAKEN"))
LOADS = frozenset(("LOAD_FAST", "LOAD_FAST_BORROW"))
KNOWN = frozenset(("LOAD_CONST", "LOAD_SMALL_INT"))
COMPARISONS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt}
JUMPS = {
    **{f"POP_JUMP{way}_IF_FALSE": False for way in ("", "_FORWARD")},
    **{f"POP_JUMP{way}_IF_TRUE": True for way in ("", "_FORWARD")},
}
STEPS = 1000


def picked(piece: Glue, test: Atom, number: int) -> Atom | None:
    """Give the operand that glue gives where `test` is known to be this number; nothing where it does more."""
    atoms = [
        Literal(number) if atom == test else atom for _, atom in piece.operands
    ]  # fmt: skip
    found = result_of(piece.code, atoms)
    return found if isinstance(found, Ref) else None


def result_of(code: Code, atoms: list[Atom]) -> Atom | None:
    """Follow a function as far as it only compares what is known, and gives what it was given."""
    inner = code.function.__code__
    names = dict(zip(inner.co_varnames[: inner.co_argcount], atoms, strict=False))
    instructions = list(dis.get_instructions(inner))
    places = {item.offset: index for index, item in enumerate(instructions)}
    stack: list[Atom] = []
    index = 0
    for _ in range(STEPS):
        item = instructions[index]
        index += 1
        name, value = item.opname, item.argval
        if name in IDLE:
            continue
        if name in LOADS and value in names:
            stack.append(names[value])
        elif name in KNOWN:
            stack.append(Literal(value))
        elif name == "COMPARE_OP" and value in COMPARISONS and are_numbers(stack[-2:]):
            right, left = stack.pop(), stack.pop()
            stack.append(Literal(COMPARISONS[value](known(left), known(right))))
        elif name in JUMPS and isinstance(stack[-1], Literal) and isinstance(stack[-1].value, bool):
            if known(stack.pop()) is JUMPS[name]:
                index = places[value]
        elif name == "JUMP_FORWARD":
            index = places[value]
        elif name == "RETURN_CONST":
            return Literal(value)
        else:
            return stack.pop() if name == "RETURN_VALUE" else None
    return None


SIMPLE = (type(None), bool, int, float, str)
LONGEST = 1000


def folded(code: Code, atoms: Iterable[Atom]) -> Literal | None:
    """Give what glue gives that is made of known plain values only, if that is one too."""
    given = list(atoms)
    if isinstance(chosen := result_of(code, given), Literal):
        return chosen
    values = [atom.value for atom in given if isinstance(atom, Literal) and type(atom.value) in SIMPLE]
    if not (code.pure and code.total) or len(values) < len(given):
        return None
    try:
        found = code.function(*values)
    except Exception:  # noqa: BLE001 - a known value that nobody means to read, of an arm that raises, has any type
        return None
    is_simple = type(found) in SIMPLE and not (isinstance(found, str) and len(found) > LONGEST)
    return Literal(found) if is_simple else None


def are_numbers(atoms: list[Atom]) -> bool:
    """Say whether all of them are known whole numbers."""
    return all(isinstance(atom, Literal) and type(atom.value) is int for atom in atoms)


def known(atom: Atom) -> Any:
    """Give the value of a known atom."""
    assert isinstance(atom, Literal)
    return atom.value
