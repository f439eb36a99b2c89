"""Writes random orchestrators steered by what tasks gave: branches, loops, maps, `try`, early returns, nested."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.programs.writing.header import CONTROL_HEADER
from tests.programs.writing.values import Writer

CONSTRUCTS = ("branch", "for", "while", "map", "try", "return")
"""All that can be written; the test names the ones that are."""
NESTED = {"branch": "branch", "for": "runtime_for", "while": "runtime_while", "try": "try"}


class ControlWriter(Writer):
    """Writes programs that branch, loop, fan out and catch; `left` is how many statements it may still write."""

    def __init__(self, draw: Any, constructs: frozenset[str]) -> None:
        super().__init__(draw)
        self.constructs = constructs
        self.left = 22
        self.loops = 0
        self.tries = 0

    def int_expression(self, of: Any) -> str:
        """Write a whole number; seldom one that may raise, since that ends the program."""
        if not self.draw(st.integers(0, 19)):
            return super().int_expression(of)
        return self.pick(
            lambda: f"({of('int')} {self.pick('+', '-', '*')} {of('int')})",
            lambda: f"len({of(self.pick('list', 'dict', 'str'))})",
            lambda: f"sum({of('list')})",
            lambda: f"({of('int')} % 7)",
            lambda: f"{self.pick('max', 'min')}({of('list')}, default={of('int')})",
            lambda: f"{of('dict')}.get({of('str')}, {of('int')})",
            lambda: f"({of('int')} if {of('cond')} else {of('int')})",
            lambda: f"({of('int')} {self.pick('and', 'or')} {of('int')})",
        )()

    def float_expression(self, of: Any) -> str:
        return self.pick(lambda: f"({of('int')} / 4)", lambda: f"{of('row')}.score", lambda: f"float({of('int')})")()

    def statement(self, depth: int) -> None:
        """Write a statement; those that nest only while there is room."""
        self.left -= 1
        kinds = ["assign", "await", "await", "gather", "change", "alias", "reassign", "reassign"]
        if not self.tries:
            kinds.append("job")
        if "map" in self.constructs:
            kinds += ["map", "map"]
        nested = [name for name in NESTED if name in self.constructs and depth and self.left > 0]
        kind = self.pick(*kinds, *nested * 3)
        if kind in nested:
            self.finish_jobs()  # a way out would leave them behind
        getattr(self, f"write_{NESTED.get(kind, kind)}")(depth)

    def runtime_int(self) -> str:
        """Give a value that is known only at run time."""
        return self.variable("int") or "n"

    def condition(self) -> str:
        """Write a condition on what is known at run time."""
        return self.pick(
            lambda: f"{self.runtime_int()} {self.pick('<', '>', '==', '!=')} {self.expression('int', 1)}",
            lambda: f"{self.runtime_int()} % 2",
            lambda: self.expression("cond", 1),
            lambda: self.expression(self.pick("list", "dict", "str"), 0),
            lambda: f"await {self.call('cond')}",
            lambda: f"{self.runtime_int()} in {self.expression('list', 1)}",
        )()

    def plain_names(self, kind: str) -> list[str]:
        """Give the variables of a kind that can be assigned to."""
        return [name for name in self.variables[kind] if name.startswith("v") and name.isidentifier()]

    def write_reassign(self, _: int) -> None:
        kind = self.pick("int", "int", "list", "str", "dict")
        names = self.plain_names(kind)
        if not names:
            self.write_assign(0)
            return
        name = self.pick(*names)
        style = self.pick("set", "set", "await", "add")
        if style == "await":
            self.say(f"{name} = await {self.call(kind)}")
        elif style == "add" and kind in ("int", "str"):
            self.say(f"{name} += {self.expression(kind, 1)}")
        else:
            self.say(f"{name} = {self.expression(kind, 2)}")

    def body(self, depth: int, *always: str) -> None:
        """Write the block of a construct, perhaps with a way out at its end."""
        before = {kind: list(names) for kind, names in self.variables.items()}
        jobs, self.jobs = self.jobs, []
        self.indent += 1
        for line in always:
            self.say(line)
        for _ in range(self.draw(st.integers(1, 2))):
            self.statement(depth - 1)
        self.finish_jobs()
        self.write_way_out()
        self.indent -= 1
        self.variables, self.jobs = before, jobs

    def write_way_out(self) -> None:
        """Write `break`, `continue` or `return`, under a condition."""
        ways = ["pass"] * 4
        if self.loops:
            ways += ["break", "continue"]
        if "return" in self.constructs:
            ways.append(f"return ['early', {self.runtime_int()}]")
        way = self.pick(*ways)
        if way == "pass":
            return
        self.say(f"if {self.condition()}:")
        self.say(f"    {way}")

    def new_everywhere(self) -> tuple[str, str]:
        """Choose a name that every arm binds, and its kind."""
        return self.name(), self.pick("int", "list", "str")

    def write_branch(self, depth: int) -> None:
        name, kind = self.new_everywhere()
        self.say(f"if {self.condition()}:")
        self.body(depth, f"{name} = {self.expression(kind, 1)}")
        for _ in range(self.draw(st.integers(0, 1))):
            self.say(f"elif {self.condition()}:")
            self.body(depth, f"{name} = await {self.call(kind)}")
        if self.draw(st.integers(0, 3)):
            self.say("else:")
            self.body(depth, f"{name} = {self.expression(kind, 2)}")
            self.variables[kind].append(name)
        elif not self.draw(st.integers(0, 3)):
            self.variables[kind].append(name)  # unbound on a path

    def write_runtime_for(self, depth: int) -> None:
        xs, found, item = self.expression("list", 1), self.name(), f"i{self.count}"
        head = self.pick(
            f"{item} in {xs}[:3]",
            f"{item}, _ in enumerate({xs}[:3])",
            f"{item} in range(abs({self.runtime_int()}) % 4)",
            f"_, {item} in zip('ab', list({xs}))",
            f"{item} in list({self.expression('dict', 0)}.values())",
        )
        self.say(f"{found} = []")
        self.say(f"for {head}:")
        self.loops += 1
        self.variables["int"].append(item)
        self.body(depth, f"{found}.append({self.pick(item, f'await add({item})', f'{item} * 2')})")
        self.variables["int"].remove(item)
        self.loops -= 1
        self.write_else(depth)
        self.variables["list"].append(found)

    def write_runtime_while(self, depth: int) -> None:
        count = self.name()
        self.say(f"{count} = 0")
        bound = self.pick("3", f"abs({self.runtime_int()}) % 4", f"len({self.expression('list', 0)}[:3])")
        self.say(f"while {count} < {bound}{self.pick('', f' and {self.condition()}')}:")
        self.loops += 1
        self.body(depth, f"{count} += {self.pick('1', '1', 'await add(0)')}")
        self.loops -= 1
        self.write_else(depth)
        # not a variable of the program's: were it assigned in the body, the loop might never end

    def write_else(self, depth: int) -> None:
        """Write the `else` of a loop."""
        if not self.draw(st.integers(0, 3)):
            self.say("else:")
            self.body(depth)

    def write_map(self, _: int) -> None:
        name, xs = self.name(), self.expression("list", 1)
        task = self.pick("add", "twice", "sub", "careful", "forgiving", "double.aio")
        test = self.pick("", "", f" if x > {self.expression('int', 1)}")
        style = self.pick("gather", "gather", "keeps", "jobs", "range", "one by one")
        if style == "gather":
            self.say(f"{name} = await asyncio.gather(*[{task}(x) for x in {xs}[:4]{test}])")
        elif style == "keeps":
            self.say(f"{name} = await asyncio.gather(*[picky(x) for x in {xs}[:4]{test}], return_exceptions=True)")
            self.say(f"{name} = [x if isinstance(x, int) else -1 for x in {name}]")
        elif style == "jobs":
            self.say(f"{name}_jobs = []")
            self.say(f"for x in {xs}[:4]:")
            self.say(f"    {name}_jobs.append({task}(x + {self.runtime_int()}))")
            self.say(f"{name} = await asyncio.gather(*{name}_jobs)")
        elif style == "range":
            self.say(f"{name} = await asyncio.gather(*({task}(x) for x in range(abs({self.runtime_int()}) % 5)))")
        else:
            self.say(f"{name} = [await {task}(x) for x in {xs}[:3]{test}]")
        self.variables["list"].append(name)

    def write_try(self, depth: int) -> None:
        name, kind = self.new_everywhere()
        self.say("try:")
        self.tries += 1
        self.body(depth, f"{name} = {self.expression(kind, 1)}", f"await picky({self.expression('int', 1)})")
        handlers = self.pick(("Odd",), ("(Odd, ValueError)",), ("ValueError", "Odd"), ("Exception",), ())
        for classes in handlers:
            self.say(f"except {classes} as error:")
            self.body(depth, f"{name} = {self.literal(kind)}", "v0 = str(error)")
        if handlers and self.draw(st.booleans()):
            self.say("else:")
            self.body(depth, f"{name} = {self.expression(kind, 1)}")
        if not handlers or not self.draw(st.integers(0, 2)):
            self.say("finally:")
            self.body(depth)
        self.tries -= 1
        self.variables[kind].append(name)


@st.composite
def control_programs(draw: Any, constructs: frozenset[str]) -> str:
    """Write a whole program."""
    writer = ControlWriter(draw, constructs)
    writer.say("v0 = await text(n)")
    writer.variables["str"].append("v0")
    for kind in ("int", "list", "dict"):
        writer.say(f"{(name := writer.name())} = await {writer.call(kind)}")
        writer.variables[kind].append(name)
    for _ in range(draw(st.integers(2, 5))):
        writer.statement(2)
    writer.write_return()
    return CONTROL_HEADER + "\n".join(writer.lines) + "\n"
