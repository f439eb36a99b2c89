"""People's answers to conditions: which texts are answers, which are given beforehand, and asking in a terminal."""

from __future__ import annotations

import base64
import json
import math
import os
import select
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tiphys.diagnostics import UsageError, nearest

CONDITION = "tiphys.dev/condition"
DATA_TYPE = "tiphys.dev/data-type"
PROMPT_TYPE = "tiphys.dev/prompt-type"
DESCRIPTION = "workflows.argoproj.io/description"
"""Annotations of a template that waits for an answer."""
ANSWER = "v"
"""Its output, which is the answer."""
PROMPT = "prompt"
"""Its input that holds the question: a text, or the envelope of one."""
KINDS: Mapping[str, type] = {"bool": bool, "int": int, "float": float, "str": str}
WORDS = {"yes": "true", "y": "true", "no": "false", "n": "false"}
"""What people also say for a `bool`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is asked: the condition's name, the class of its answer, and the words."""

    name: str
    kind: type = str
    prompt: str = ""
    description: str = ""

    @property
    def text(self) -> str:
        """What the terminal shows."""
        example = {bool: "yes or no", int: "a whole number", float: "a number", str: "a text"}[self.kind]
        more = f"\n  {self.description}" if self.description else ""
        return f"? {self.name}: {self.prompt}{more}\n  {example}> "


def asked_by(template: Mapping[str, Any], prompt: str = "") -> Asked:
    """Read what a template that waits asks for; what others have written takes any text."""
    notes = template.get("metadata", {}).get("annotations", {})
    kind = KINDS.get(notes.get(DATA_TYPE, ""), str)
    return Asked(notes.get(CONDITION, template["name"]), kind, prompt_in(prompt), notes.get(DESCRIPTION, ""))


def prompt_in(text: str) -> str:
    """Read a question: of what only run time knew, the envelope."""
    try:
        held = json.loads(text)
    except ValueError:
        return text
    if isinstance(held, dict) and isinstance(held.get("t"), str):
        typed = base64.b64decode(held["t"]).decode(errors="replace")
        return str(value_from(typed, str))
    return held["v"] if isinstance(held, dict) and isinstance(held.get("v"), str) else text


def conditions_of(objects: Iterable[Mapping[str, Any]]) -> dict[str, Asked]:
    """Give the conditions that a program may wait for, by name."""
    templates = (each for item in objects if item["kind"] == "WorkflowTemplate" for each in item["spec"]["templates"])
    found = [asked_by(each) for each in templates if CONDITION in each.get("metadata", {}).get("annotations", {})]
    return {asked.name: asked for asked in found}


def answer_from(text: str, asked: Asked) -> str:
    """Check what was typed, and give the text that travels. Raises UsageError."""
    from tiphys_runtime.convert import Mismatch

    if asked.kind is str:
        return text
    said = text.strip()
    try:
        if asked.kind is bool:
            said = WORDS.get(said.lower(), said.lower())
        value = value_from(said, asked.kind)
    except Mismatch:
        value = None
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        example = {bool: "true or false", int: "a whole number, such as 3", float: "a number, such as 0.5"}[asked.kind]
        message = f"{text!r} is no answer to the condition `{asked.name}`, which takes {example}"
        raise UsageError(message)
    return json.dumps(value)


def value_from(text: str, kind: type) -> Any:
    """Give the value of a checked answer."""
    from tiphys_runtime import convert

    nowhere: Any = None  # no class is looked up for these types
    return convert.from_text(text, kind, nowhere)


def answer_of(value: object, asked: Asked) -> str:
    """Check a Python value, and give the text that travels. Raises UsageError."""
    fits = type(value) is asked.kind or (asked.kind is float and type(value) is int)
    if not fits:
        message = f"{value!r} is no answer to the condition `{asked.name}`, which takes {asked.kind.__name__}"
        raise UsageError(message)
    kind: Any = asked.kind
    text = json.dumps(kind(value))
    return answer_from(text, asked)


LONGEST_LINE = 65_536
"""A terminal gives one line at a time."""


class Answers:
    """Answers that are given before anybody asks: for each condition one after the other, the last one again and again.

    None stands for nobody: the time of that condition passes at once.
    """

    def __init__(self, given: Mapping[str, object]) -> None:
        self._left = {name: list(each) if isinstance(each, list | tuple) else [each] for name, each in given.items()}

    @property
    def names(self) -> list[str]:
        """The conditions that are answered."""
        return list(self._left)

    def before(self, others: Answers) -> Answers:
        """Give these answers, and the others where these have none; each is given once, by whichever asks."""
        both = Answers({})
        both._left = {**others._left, **self._left}
        return both

    def __contains__(self, name: str) -> bool:
        return bool(self._left.get(name))

    def next(self, asked: Asked) -> str | None:
        """Give the next answer as text, None for nobody. Raises UsageError for what is none."""
        waiting = self._left[asked.name]
        value = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if value is None:
            return None
        return answer_from(value.text, asked) if isinstance(value, Typed) else answer_of(value, asked)


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer as somebody typed it, and no value of Python."""

    text: str


_given: ContextVar[Answers | None] = ContextVar("answers", default=None)


def given_here() -> Answers | None:
    """Give the answers that `answers` has registered."""
    return _given.get()


def given_answers(signals: Mapping[str, object]) -> Answers:
    """Give the answers to a run: those said for it, and those that `answers` has registered."""
    own, around = Answers(signals), given_here()
    return own if around is None else own.before(around)


@contextmanager
def answers(given: Mapping[str, object] | None = None, /, **more: object) -> Iterator[None]:
    """Register what people answer, in plain Python and in local runs.

    It is a context: `with answers(approve=True, size=[1, 2]): ...`. A list answers one question after the other; its
    last answer holds from then on. None: nobody answers, and the condition's time passes at once.
    """
    token = _given.set(Answers({**(given or {}), **more}))
    try:
        yield
    finally:
        _given.reset(token)


def check_signals(signals: Mapping[str, object], known: Mapping[str, Asked]) -> None:
    """Raise UsageError for an answer that nothing asks for, or that is none."""
    for name, given in signals.items():
        if name not in known:
            mend = nearest(name, list(known)) if known else "The program waits for no condition."
            message = f"there is no condition `{name}`. {mend}"
            raise UsageError(message)
        for each in given if isinstance(given, list | tuple) else [given]:
            Answers({name: [each]}).next(known[name])


def can_ask() -> bool:
    """Say whether somebody sits at the terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def typed_line(seconds: float | None) -> str | None:
    """Wait for a line on the terminal, for so long; None when none has come. Raises EOFError at its end."""
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    if not ready:
        return None
    # not by `readline`: what that reads ahead, nobody can wait for
    line = os.read(sys.stdin.fileno(), LONGEST_LINE)
    if not line:
        raise EOFError
    return line.decode(errors="replace").rstrip("\n")


def ask(asked: Asked, seconds: float | None) -> str | None:
    """Ask on the terminal until there is an answer or the time is over; None for nobody. Raises UsageError."""
    if not can_ask():
        raise unanswered(asked)
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        sys.stderr.write(asked.text)
        sys.stderr.flush()
        try:
            line = typed_line(None if end is None else max(0.0, end - time.monotonic()))
        except EOFError:
            raise unanswered(asked) from None
        if line is None:
            sys.stderr.write("\n")
            return None
        try:
            return answer_from(line, asked)
        except UsageError as error:
            sys.stderr.write(f"{error}\n")


def unanswered(asked: Asked) -> UsageError:
    """Say that nobody is there to answer."""
    return UsageError(nobody_here(asked))


def nobody_here(asked: Asked) -> str:
    """Write that there is nobody to answer, and how to answer beforehand."""
    example = {bool: "true", int: "3", float: "0.5", str: "text"}[asked.kind]
    said = shlex.quote(f"{asked.name}={example}")
    return (
        f"the condition `{asked.name}` waits for an answer, and there is no terminal to ask on\n"
        f"  Give the answer beforehand: `tiphys run FILE --signal {said}`, or `tiphys.with_runcontext(signals=...)`."
    )
