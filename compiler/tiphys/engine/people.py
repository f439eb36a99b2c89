"""The people that a run waits for: answers given beforehand, and the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiphys.answers import PROMPT, Answers, Asked, answer_from, can_ask, nobody_here, prompt_in, typed_line, unanswered
from tiphys.diagnostics import UsageError
from tiphys.engine.phases import Phase

if TYPE_CHECKING:
    from tiphys.engine.nodes import Node
    from tiphys.engine.run import Run
    from tiphys.engine.templates import Suspend


ANSWERED, NOT_ANSWERED = "answered", "not answered"
"""What a node says that has asked somebody."""


@dataclass(frozen=True, slots=True)
class Open:
    """A question that waits: the node that asks it, and the output that the answer is."""

    asked: Asked
    node: Node
    output: str | None


class People:
    """Who answers the conditions of a run."""

    def __init__(self, run: Run, answers: Answers | None) -> None:
        self.run = run
        self.answers = answers
        self.waiting: list[Open] = []
        self._shown: Open | None = None

    def asks(self, template: Suspend, node: Node, inputs: Mapping[str, str]) -> bool:
        """Take up a question. False: nobody answers, and its time has to pass. Raises UsageError if that is never."""
        assert template.asked is not None
        asked = replace(template.asked, prompt=prompt_in(inputs.get(PROMPT, "")))
        question = Open(asked, node, template.supplied)
        is_timed = template.duration is not None
        if self.answers is not None and asked.name in self.answers:
            text = self.answers.next(asked)
            if text is None and not is_timed:
                raise unanswered(asked)
            self.finish(question, text)
            return True
        if not can_ask():
            if not is_timed:
                raise unanswered(asked)
            sys.stderr.write(f"note: {nobody_here(asked)}\n  Nobody answers it until its time is over.\n")
            return False
        self.waiting.append(question)
        return not is_timed

    def over(self, node: Node) -> None:
        """End a wait whose time has passed."""
        if node.finished is None:
            was_asked = any(each.node is node for each in self.waiting)
            self.waiting = [each for each in self.waiting if each.node is not node]
            if self._shown is not None and self._shown.node is node:
                self._shown = None
            self.run.finish(node, Phase.SUCCEEDED, NOT_ANSWERED if was_asked else "")

    def listen(self, seconds: float | None) -> None:
        """Ask the first question that waits, for so long."""
        question = self.waiting[0]
        if question is not self._shown:
            self._shown = question
            sys.stderr.write(question.asked.text)
            sys.stderr.flush()
        try:
            line = typed_line(seconds)
        except EOFError:
            raise unanswered(question.asked) from None
        if line is None:
            return
        self._shown = None
        try:
            text = answer_from(line, question.asked)
        except UsageError as error:
            sys.stderr.write(f"{error}\n")
            return
        del self.waiting[0]
        self.finish(question, text)

    def finish(self, question: Open, text: str | None) -> None:
        """End a wait with an answer, or with none."""
        node = question.node
        if text is not None and question.output is not None:
            node.outputs = {**(node.outputs or {}), question.output: text}
        self.run.finish(node, Phase.SUCCEEDED, NOT_ANSWERED if text is None else ANSWERED)
