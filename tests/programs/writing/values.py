"""Writes the lines of random orchestrators: expressions, calls, and statements whose control flow is known."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

KINDS = ("int", "float", "str", "list", "dict", "row", "cond")


class Writer:
    """Writes one orchestrator, drawing every choice; it knows the kind of each variable."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.variables: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self.variables["int"].append("n")
        self.variables["str"].append("s")
        self.jobs: list[tuple[str, str]] = []
        self.count = 0
        self.indent = 1

    def pick(self, *choices: Any) -> Any:
        """Choose one."""
        return self.draw(st.sampled_from(choices))

    def say(self, line: str) -> None:
        """Write a line."""
        self.lines.append("    " * self.indent + line)

    def name(self) -> str:
        """Choose a new name."""
        self.count += 1
        return f"v{self.count}"

    def variable(self, kind: str) -> str | None:
        """Choose a variable of a kind."""
        known = self.variables[kind]
        return self.pick(*known) if known else None

    def expression(self, kind: str, depth: int = 2) -> str:
        """Write an expression of a kind."""
        if depth <= 0 or self.draw(st.integers(0, 3)) == 0:
            return self.variable(kind) or self.literal(kind)
        return str(getattr(self, f"{kind}_expression")(lambda want: self.expression(want, depth - 1)))

    def literal(self, kind: str) -> str:
        """Write a constant of a kind."""
        match kind:
            case "int":
                return str(self.draw(st.integers(-2, 5)))
            case "float":
                return self.pick("0.5", "2.0", "-1.25")
            case "str":
                return self.pick("'ab'", "'{{x}}'", "'é\\n'", "''")
            case "list":
                return self.pick("[1, 2]", "[]", "[3]", "BASE[:]")
            case "dict":
                return self.pick("{'a': 1}", "{}", "{'b': 2, 'a': 3}", "dict(LOOKUP)")
            case "row":
                return "Row('k', 1.5)"
        return self.pick("True", "False")

    def int_expression(self, of: Any) -> str:
        return self.pick(
            lambda: f"({of('int')} {self.pick('+', '-', '*', '//', '%')} {of('int')})",
            lambda: f"len({of(self.pick('list', 'dict', 'str'))})",
            lambda: f"{of('list')}[{of('int')}]",
            lambda: f"sum({of('list')})",
            lambda: f"{self.pick('max', 'min')}({of('list')}, default={of('int')})",
            lambda: f"max({of('int')}, {of('int')})",
            lambda: f"{of('dict')}[{self.pick(repr('a'), repr('b'))}]",
            lambda: f"{of('dict')}.get({of('str')}, {of('int')})",
            lambda: f"({of('int')} if {of('cond')} else {of('int')})",
            lambda: f"({of('int')} {self.pick('and', 'or')} {of('int')})",
            lambda: f"early({of('int')}, {of('int')})",
            lambda: f"early(y={of('int')}, x={of('int')})",
            lambda: f"abs({of('int')})",
            lambda: f"int({of('float')})",
            lambda: f"sum(x for x in {of('list')} if x > {of('int')})",
            lambda: f"(lambda q: q + {of('int')})({of('int')})",
            lambda: f"-{of('int')}",
        )()

    def float_expression(self, of: Any) -> str:
        return self.pick(
            lambda: f"({of('int')} / {of('int')})",
            lambda: f"({of('float')} {self.pick('+', '-')} {of('int')})",
            lambda: f"{of('row')}.score",
            lambda: f"round({of('float')}, 1)",
            lambda: f"float({of('int')})",
        )()

    def str_expression(self, of: Any) -> str:
        return self.pick(
            lambda: f"({of('str')} + {of('str')})",
            lambda: formatted(of("int"), of("str")),
            lambda: f"str({of(self.pick('int', 'float', 'list', 'dict'))})",
            lambda: f"{of('str')}.{self.pick('upper', 'strip', 'title')}()",
            lambda: f"{of('str')}[{of('int')}:{of('int')}]",
            lambda: f"'-'.join(str(x) for x in {of('list')})",
            lambda: f"{of('row')}.{self.pick('name', 'shown()')}",
            lambda: f"({of('str')} if {of('cond')} else {of('str')})",
            lambda: f"','.join(sorted({of('dict')}))",
        )()

    def list_expression(self, of: Any) -> str:
        return self.pick(
            lambda: f"[{of('int')}, {of('int')}]",
            lambda: f"[*{of('list')}, {of('int')}]",
            lambda: f"[x + {of('int')} for x in {of('list')}]",
            lambda: f"[x for x in {of('list')} if x > {of('int')}]",
            lambda: f"sorted({of('list')}, key=lambda x: (x % 3, -x))",
            lambda: f"({of('list')} + {of('list')})",
            lambda: f"{of('list')}[{of('int')}:]",
            lambda: f"list(reversed({of('list')}))",
            lambda: f"list({of('dict')}.values())",
            lambda: f"[i * x for i, x in enumerate({of('list')})]",
            lambda: f"[a - b for a, b in zip({of('list')}, {of('list')})]",
            lambda: f"list(map(early, {of('list')}))",
        )()

    def dict_expression(self, of: Any) -> str:
        return self.pick(
            lambda: f"{{'a': {of('int')}, 'c': {of('int')}}}",
            lambda: f"{{**{of('dict')}, 'z': {of('int')}}}",
            lambda: f"{{str(x): x for x in {of('list')}}}",
            lambda: f"({of('dict')} | {of('dict')})",
            lambda: f"dict(zip('abc', {of('list')}))",
            lambda: f"{{k: v + 1 for k, v in {of('dict')}.items()}}",
        )()

    def row_expression(self, of: Any) -> str:
        return self.pick(
            lambda: f"Row({of('str')}, {of('float')})",
            lambda: f"dataclasses.replace({of('row')}, score={of('float')})",
            lambda: f"Row(score={of('float')}, name={of('row')}.name)",
        )()

    def cond_expression(self, of: Any) -> str:
        return self.pick(
            lambda: f"({of('int')} {self.pick('<', '==', '>=', '!=')} {of('int')})",
            lambda: f"({of('int')} < {of('int')} <= {of('int')})",
            lambda: f"({of('int')} {self.pick('in', 'not in')} {of('list')})",
            lambda: f"(not {of(self.pick('int', 'list', 'str'))})",
            lambda: f"({of('cond')} {self.pick('and', 'or')} {of('cond')})",
            lambda: f"({of('str')} in {of('dict')})",
            lambda: f"({of('list')} == {of('list')})",
            lambda: f"bool({of('dict')})",
        )()

    def call(self, kind: str) -> str:
        """Write a call of a task, or of an inlined helper, that gives a coroutine of a kind."""
        e = self.expression
        match kind:
            case "int":
                return self.pick(
                    lambda: f"add({e('int')}, {e('int')})", lambda: f"add(b={e('int')}, a={e('int')})",
                    lambda: f"twice({e('int')})", lambda: f"sub({e('int')})", lambda: f"sub({e('int')}, scale={e('int')})",
                    lambda: f"double.aio({e('int')})", lambda: f"untyped({e('int')})",
                )()  # fmt: skip
            case "float":
                return f"half({e('int')})"
            case "str":
                return f"text({e('int')})"
            case "list":
                return self.pick(lambda: f"numbers({e('int')})", lambda: f"untyped({e('list')})")()
            case "dict":
                return f"mapping({e('int')})"
            case "row":
                return f"row({e('str')}, {e('float')})"
        return f"untyped({e('cond')})"

    def statement(self, depth: int) -> None:
        """Write a statement."""
        kinds = [
            "assign",
            "await",
            "await",
            "gather",
            "fan",
            "job",
            "change",
            "change",
            "alias",
            "helper",
            "sub",
            "unpack",
        ]
        if depth:
            kinds += ["for", "if", "while"]
        getattr(self, f"write_{self.pick(*kinds)}")(depth)

    def block(self, depth: int) -> None:
        """Write an indented block; what it sets is not relied on afterwards."""
        before = {kind: list(names) for kind, names in self.variables.items()}
        jobs, self.jobs = self.jobs, []
        self.indent += 1
        for _ in range(self.draw(st.integers(1, 2))):
            self.statement(depth)
        self.finish_jobs()
        self.indent -= 1
        self.variables, self.jobs = before, jobs

    def finish_jobs(self) -> None:
        """Await what is still running."""
        for job, kind in self.jobs:
            self.say(f"{(name := self.name())} = await {job}")
            self.variables[kind].append(name)
        self.jobs = []

    def write_assign(self, _: int) -> None:
        kind = self.pick(*KINDS)
        value, name = self.expression(kind, 3), self.name()
        self.say(f"{name} = {value}")
        self.variables[kind].append(name)

    def write_await(self, _: int) -> None:
        kind = self.pick(*KINDS)
        value, name = self.call(kind), self.name()
        self.say(f"{name} = await {value}")
        self.variables[kind].append(name)

    def write_gather(self, _: int) -> None:
        kinds = [self.pick(*KINDS) for _ in range(self.draw(st.integers(2, 3)))]
        calls = [self.call(kind) for kind in kinds]
        names = [self.name() for _ in kinds]
        self.say(f"{', '.join(names)} = await asyncio.gather({', '.join(calls)})")
        for kind, name in zip(kinds, names, strict=True):
            self.variables[kind].append(name)

    def write_fan(self, _: int) -> None:
        value, name = self.expression("int"), self.name()
        over = self.pick("range(3)", "[5, 1]", "BASE", "LOOKUP.values()")
        self.say(f"{name} = await asyncio.gather(*({self.pick('add', 'twice')}({value} + i) for i in {over}))")
        self.variables["list"].append(name)

    def write_job(self, _: int) -> None:
        kind = self.pick("int", "str", "list")
        value, name = self.call(kind), self.name()
        self.say(f"{name} = asyncio.create_task({value})" if "double" not in value else f"{name} = {value}")
        self.jobs.append((name, kind))

    def write_change(self, _: int) -> None:
        xs, d, r = self.variable("list"), self.variable("dict"), self.variable("row")
        e = self.expression
        choices = []
        if xs:
            choices += [f"{xs}.append({e('int')})", f"{xs}[0] = {e('int')}", f"{xs}.sort()", f"{xs} += [{e('int')}]",
                        f"{xs}.extend({e('list')})", f"grow({xs}, {e('int')})", f"{xs}.pop()", f"{xs}.reverse()"]  # fmt: skip
        if d:
            choices += [
                f"{d}['a'] = {e('int')}",
                f"{d}.update(b={e('int')})",
                f"{d}.pop('a', None)",
                f"{d} |= {e('dict')}",
            ]
        if r:
            choices += [f"{r}.score = {e('float')}", f"{r}.name += {e('str')}"]
        self.say(self.pick(*choices) if choices else "pass")

    def write_alias(self, _: int) -> None:
        kind = self.pick("list", "dict", "row", "int")
        known = self.variable(kind)
        if known is None:
            self.say("pass")
            return
        self.say(f"{(name := self.name())} = {known}")
        self.variables[kind].append(name)

    def write_helper(self, _: int) -> None:
        name = self.name()
        if self.draw(st.booleans()):
            self.say(f"{name} = smallest({self.expression('list')} + [7])")
            self.variables["int"].append(name)
            return
        self.say(f"{name} = [each.score for each in await rows_of([{self.expression('int')}, 4])]")
        self.say(f"{name} = [int(each) for each in {name}]")
        self.variables["list"].append(name)

    def write_sub(self, _: int) -> None:
        name, value = self.name(), self.expression("int")
        if self.draw(st.booleans()):
            self.say(f"{name}, {name}_items = await pair({value})")
            self.variables["list"].append(f"{name}_items")
        else:
            self.say(f"{name}_all = await described({value}, name={self.expression('str')})")
            self.say(f"{name} = {name}_all['a']")
            self.variables["list"].append(f"{name}_all['items']")
            self.variables["str"].append(f"{name}_all['text']")
        self.variables["int"].append(name)

    def write_unpack(self, _: int) -> None:
        a, b = self.name(), self.name()
        self.say(f"{a}, *{b} = {self.expression('list')}")
        self.variables["int"].append(a)
        self.variables["list"].append(b)

    def write_for(self, depth: int) -> None:
        self.say(f"for i{depth} in {self.pick('range(2)', '[3, 1]', 'BASE')}:")
        self.variables["int"].append(f"i{depth}")
        self.block(depth - 1)
        self.variables["int"].remove(f"i{depth}")

    def write_if(self, depth: int) -> None:
        known = self.pick("len(BASE) > 1", "LOOKUP['a'] == 2", "'b' in LOOKUP")
        self.say(f"if {known}:")
        self.block(depth - 1)
        self.say("else:")
        self.block(depth - 1)

    def write_while(self, depth: int) -> None:
        name = self.name()
        self.say(f"{name} = 0")
        self.say(f"while {name} < 2:")
        self.say(f"    {name} += 1")
        self.block(depth - 1)

    def write_return(self) -> None:
        self.finish_jobs()
        shown = [name for names in self.variables.values() for name in names][-8:]
        style = self.pick("[{}]", "({},)", "{{'all': [{}]}}")
        self.say("return " + style.format(", ".join(shown)))


def formatted(number: str, text: str) -> str:
    """Write an f-string, unless what goes in has quotes or braces of its own."""
    if set("'\"{\\") & set(number + text):
        return f"({text} + str({number}))"
    return f'f"{{{number}:>4}}|{{{text}!r:>6}}|{{{number}=}}"'
