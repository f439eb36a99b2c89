"""Everything of a graph or construct that its template depends on, as plain parts that can be hashed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tiphys.ir import (
    Ask,
    Atom,
    Attempt,
    Construct,
    Directory,
    Entry,
    Graph,
    Literal,
    Loop,
    Map,
    Pack,
    Pod,
    Question,
    Reading,
    Sub,
    Switch,
    Unit,
    Wait,
    operands_of,
)

Envelope = Callable[[object], str]


def literals_of(unit: Unit) -> Iterator[Literal]:
    """Give the known values in a unit."""
    if isinstance(unit, Graph):
        atoms = [atom for node in unit.nodes for atom in operands_of(node)]
        atoms.extend(unit.result.values)
    else:
        atoms = [atom for call in unit.calls for atom in operands_of(call)]
        atoms.extend(own_atoms(unit))
    return (atom for atom in atoms if isinstance(atom, Literal))


def own_atoms(unit: Construct) -> Iterator[Atom]:
    """Give the atoms that a construct reads beside those that its calls take."""
    match unit:
        case Switch(test=test, outputs=outputs):
            yield test
            for atoms in outputs:
                yield from atoms
        case Loop(start=start, count=count, exit=end, next=following):
            yield start
            yield end
            yield from following
            if count is not None:
                yield count
        case Map(count=count):
            yield count
        case Attempt(outputs=pairs):
            for pair in pairs:
                yield from pair
        case Reading(number=Entry(numbers=numbers, index=index)):
            yield numbers
            yield index
        case Reading():
            pass
        case Wait(atoms=atoms):
            yield from atoms


def form_of(unit: Unit, envelope: Envelope) -> Iterator[object]:
    """Give what the template of a unit depends on, piece by piece; a known value by its envelope."""

    def seen(item: object) -> str:
        if isinstance(item, Pack | Directory):
            return f"{getattr(item, 'group', '')}[{','.join(seen(atom) for atom in item.atoms)}]"
        return envelope(item.value) if isinstance(item, Literal) else str(item)

    def called(call: Sub) -> object:
        named = [(key, seen(atom)) for key, atom in call.arguments]
        return (call.name, call.graph, named, call.after, [seen(atom) for atom in call.frame])

    yield (type(unit).__name__, unit.name, [item.name for item in unit.inputs])
    match unit:
        case Graph():
            yield (unit.is_part, unit.is_region, unit.short_name, [seen(atom) for atom in unit.result.values])
            for node in unit.nodes:
                match node:
                    case Pod():
                        yield (node.name, node.plan, [seen(item) for item in node.operands], node.after, node.item)
                    case Sub():
                        yield called(node)
                    case _:
                        yield (node.name, node.after)
            return
        case Switch():
            yield ([arm is not None for arm in unit.arms], [len(atoms) for atoms in unit.outputs])
        case Loop():
            yield (unit.carried, unit.index, unit.count is not None, unit.where.place)
        case Map():
            yield (unit.index, unit.limit, unit.keeps_errors)
        case Attempt():
            yield len(unit.outputs)
        case Reading(number=number):
            yield (str(number), number.kinds if isinstance(number, Question) else ())
        case Wait(pause=Ask() as asked):
            yield (asked.name, asked.kind, asked.prompt_type, asked.description, asked.seconds)
        case Wait():
            pass
    yield [seen(atom) for atom in own_atoms(unit)]
    for call in unit.calls:
        yield called(call)
