"""What a pod receives: one by one, packed into one parameter, or as the items of a directory."""

from __future__ import annotations

from collections.abc import Iterable

from tiphys.ir import RESOURCE, Atom, Call, Directory, Glue, Literal, Operand, Pack, Ref, Slot
from tiphys.passes.site import Host, Site, is_host, riding
from tiphys.tracing.values import is_scalar

WIDE = 16
"""From so many values on they travel together."""
PACKED = 256
"""From so many small ones on they too are read as a directory: a pack is carried through every part of a wide graph."""


class Table:
    """The operands of one pod: what it receives, under which names, in which form."""

    def __init__(self, site: Site, *, own: str) -> None:
        self.site = site
        self.own = own
        self.order: list[tuple[str, Atom]] = []
        self.known: dict[object, int] = {}
        self.handed: set[object] = set()
        self.alone: set[object] = set()
        """What Argo reads from a parameter of its own."""
        self.operands: list[Operand] = []
        self.values: list[Atom | Pack | Directory] = []
        self.slots: dict[object, Slot] = {}

    def is_outer(self, atom: Atom) -> bool:
        """Say whether an operand comes from outside the pod."""
        if isinstance(atom, Literal):
            return True
        if atom.node == self.own and atom not in self.site.moved:
            return False
        made = self.site.glue.get(atom.node)
        return made is None or bool(made.place and made.place != self.own)

    def add(self, name: str, atom: Atom) -> None:
        """Take an operand, once."""
        key = self.key(atom)
        if key not in self.known:
            self.known[key] = len(self.order)
            self.order.append((name, atom))

    def add_frame(self, atoms: Iterable[Atom]) -> None:
        """Take what is handed on unread: it needs an envelope, which an item of a directory has not."""
        for atom in atoms:
            if self.is_outer(atom):
                self.add(atom.node if isinstance(atom, Ref) else "known", atom)
                self.handed.add(self.key(atom))

    def key(self, atom: Atom) -> object:
        """Tell operands apart."""
        return self.site.outer(atom) if isinstance(atom, Ref) else id(atom)

    def slot(self, atom: Atom) -> Slot:
        """Say where a step finds an operand."""
        return self.slots[self.key(atom)]

    def close(self) -> None:
        """Lay the operands out: one by one, or many together."""
        taken: set[str] = set()
        group = self.site.groups.get(self.large())
        grouped = {self.key(atom) for atom in self.large()} if group else set()
        small = [atom for atom in self.small() if self.key(atom) not in grouped]
        packed = {self.key(atom) for atom in small} if len(small) > WIDE else set()
        for name, atom in self.order:
            key = self.key(atom)
            if key in packed or key in grouped:
                continue
            self.slots[key] = len(self.operands)
            self.operands.append(self.operand(allocate(name, taken), atom))
            self.values.append(self.site.outer(atom))
        if packed:
            pack = Pack(self.site.outers(small))
            is_bounded = self.site.is_storeless
            self.together(small, Operand(allocate("pack", taken), small=True, is_bounded=is_bounded), pack)
        if group:
            items = list(self.large())
            operand = Operand(allocate("items", taken), items=len(items))
            self.together(items, operand, Directory(group, self.site.outers(items)))

    def together(self, atoms: list[Ref], operand: Operand, value: Pack | Directory) -> None:
        """Let many operands travel as one."""
        for index, atom in enumerate(atoms):
            self.slots[self.key(atom)] = (len(self.operands), index)
        self.operands.append(operand)
        self.values.append(value)

    def is_small(self, atom: Ref) -> bool:
        """Say whether a value travels in a parameter: small by type, typed by a person, or there is no other way."""
        if self.site.is_storeless or (self.site.is_entry and atom.node in self.site.inputs):
            return True
        return is_scalar(self.site.type_of(atom))

    def small(self) -> list[Ref]:
        """List the values that are small by their type."""
        return [
            atom for _, atom in self.order
            if isinstance(atom, Ref) and self.is_small(atom) and self.key(atom) not in self.alone
        ]  # fmt: skip

    def large(self) -> tuple[Ref, ...]:
        """List the results of calls that are large, or that many: those can be read as a directory."""
        many = len(self.small()) > PACKED and not self.site.is_storeless
        return tuple(
            atom for _, atom in self.order
            if isinstance(atom, Ref) and isinstance(self.site.nodes.get(atom.node), Call)
            and (many or not self.is_small(atom)) and self.key(atom) not in self.handed
        )  # fmt: skip

    def operand(self, name: str, atom: Atom) -> Operand:
        """Describe an operand that travels alone."""
        if isinstance(atom, Literal):
            return Operand(name, small=True)
        is_bounded = self.site.is_storeless and not is_scalar(self.site.type_of(atom))
        return Operand(name, small=self.is_small(atom), is_bounded=is_bounded)


def allocate(name: str, taken: set[str]) -> str:
    """Choose the name of an operand; `at` and `item` are the pod's own."""
    free, count = name, 2
    while free in taken or free in ("at", "item"):
        free, count = f"{name}_{count}", count + 1
    taken.add(free)
    return free


def received(site: Site, host: Host, steps: Iterable[Glue]) -> Table:
    """List what a pod receives from outside: for the task's arguments, then for each piece of glue."""
    table = Table(site, own=host.name)
    steps = tuple(steps)
    for named in (host.arguments if isinstance(host, Call) else (), *(step.operands for step in steps)):
        for name, atom in named:
            if table.is_outer(atom):
                table.add(name.removeprefix(RESOURCE).replace(" ", "_"), atom)
                if name.startswith(RESOURCE):
                    table.alone.add(table.key(atom))
    for frame in (host.frame if isinstance(host, Call) else (), *(step.frame for step in steps)):
        table.add_frame(frame)
    return table


def find_groups(site: Site) -> None:
    """Find the calls whose results are read together as a directory; a call can be in one such group."""
    for host in site.graph.nodes:
        if not is_host(host):
            continue
        assert isinstance(host, Host)
        before, after = riding(site, host)
        arguments = host.arguments if isinstance(host, Call) else ()
        if len(arguments) + sum(len(step.operands) for step in (*before, *after)) <= WIDE:
            continue
        large = received(site, host, (*before, *after)).large()
        if len(large) <= WIDE or large in site.groups or any(atom.node in site.items for atom in large):
            continue
        group = site.groups[large] = f"{host.name}-items"
        for index, atom in enumerate(large):
            site.items[atom.node] = f"{group}/{index}"
