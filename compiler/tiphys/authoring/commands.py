"""The command of a container, whose words may name inputs: `{{.inputs.x}}`.

A value is put in where the pod runs, never by text that a shell or Argo would read as code: a word of its own is the
value as it is; in the text of a shell it becomes a variable, quoted as its place needs it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from tiphys.diagnostics import nearest

INPUT = re.compile(r"\{\{\s*\.?inputs\.([^\s{}]*?)\s*\}\}")
OTHER = re.compile(r"\{\{\s*\.(inputs?|outputs?)[^{}]*\}\}", re.IGNORECASE)
SHELLS = frozenset("sh bash dash ash ksh zsh".split())
LONG_OPTIONS = ("--rcfile", "--init-file")
"""Options of shells whose argument is the next word."""
PROGRAMS = {
    "python": r"-[A-Za-z]*c",
    "perl": r"-[A-Za-z0-9]*[eE]",
    "ruby": r"-[A-Za-z]*e",
    "node": r"-e|--eval|-p|-pe|--print",
    "Rscript": r"-e",
    "php": r"-[rBRE]",
}
"""Options of programs whose argument is code."""
FILTERS = frozenset("awk gawk mawk nawk sed jq yq".split())
"""Programs that take code as an argument without an option."""
Piece = tuple[str, str]
"""`("text", ...)`, or `("input", name)`."""


@dataclass(frozen=True)
class Command:
    """A command.

    words: as they were said. pieces: of each word, where one cannot stand in the pod's command as it is: it names an
    input, or holds what would be replaced on the way. variables: inputs that a shell reads as variables.
    """

    words: tuple[str, ...]
    pieces: tuple[tuple[Piece, ...], ...] | None = None
    variables: tuple[str, ...] = ()


class Misplaced(ValueError):
    """An input stands where its value would be read as code, or there is no such input."""


def command_of(words: Sequence[str], inputs: Mapping[str, Any]) -> Command:
    """Cut the words of a command into pieces. Raises Misplaced."""
    variables: dict[str, None] = {}
    cut: list[tuple[Piece, ...]] = []
    for index, word in enumerate(words):
        pieces = pieces_of(word, inputs)
        if any(kind == "input" for kind, _ in pieces) and is_code(words, index):
            check_code(words, pieces)
            variables |= dict.fromkeys(name for kind, name in pieces if kind == "input")
            pieces = tuple(in_variables(pieces, inputs))
        cut.append(pieces)
    if variables or any(kind == "input" for pieces in cut for kind, _ in pieces) or any(map(is_replaced, words)):
        return Command(tuple(words), tuple(cut), tuple(variables))
    return Command(tuple(words))


def is_replaced(word: str) -> bool:
    """Say whether Argo or the kubelet would replace something in a word of a pod's command."""
    return any(sign in word for sign in ("{{", "$(", "$$"))


def pieces_of(word: str, inputs: Collection[str]) -> tuple[Piece, ...]:
    """Cut a word at the inputs that it names. Raises Misplaced."""
    found: list[Piece] = []
    for index, part in enumerate(INPUT.split(word)):
        if index % 2:
            if part not in inputs:
                has = nearest(part, sorted(inputs)) or "The task has no inputs."
                raise Misplaced(f"`{{{{.inputs.{part}}}}}` names no input of the task. {has}")
            found.append(("input", part))
        elif part:
            if other := OTHER.search(part):
                raise Misplaced(
                    f"`{other.group()}` has no meaning here: inputs are `{{{{.inputs.NAME}}}}`, outputs are files"
                )
            found.append(("text", part))
    return tuple(found) or (("text", ""),)


def is_code(words: Sequence[str], index: int) -> bool:
    """Say whether a word is code that a shell, or another program before it, runs."""
    for place, word in enumerate(words[:index]):
        name = PurePosixPath(word).name
        if name in SHELLS and code_of_shell(words, place) == index:
            return True
        flag = next((flag for known, flag in PROGRAMS.items() if name.startswith(known)), None)
        if flag is not None and place < index - 1 and re.fullmatch(flag, words[index - 1]):
            return True
        if name in FILTERS and not INPUT.fullmatch(words[index]):
            return True
    return False


def code_of_shell(words: Sequence[str], place: int) -> int | None:
    """Give the place of the code among the words of a shell: its first operand, where an option `-c` says so."""
    takes_code, index = False, place + 1
    while index < len(words) and words[index][:1] in ("-", "+") and words[index] not in ("-", "--"):
        option = words[index]
        if option in LONG_OPTIONS or (not option.startswith("--") and {*option} & {*"oO"}):
            index += 1
        takes_code = takes_code or (not option.startswith(("--", "+")) and "c" in option)
        index += 1
    if index < len(words) and words[index] in ("-", "--"):
        index += 1
    return index if takes_code else None


def check_code(words: Sequence[str], pieces: tuple[Piece, ...]) -> None:
    """Check that code is that of a shell, and such that a variable can stand in it. Raises Misplaced."""
    program = PurePosixPath(words[0]).name
    name = next(text for kind, text in pieces if kind == "input")
    if not any(PurePosixPath(word).name in SHELLS for word in words):
        raise Misplaced(
            f"`{{{{.inputs.{name}}}}}` stands in the code of `{program}`, where the value would be read as code; "
            "pass it as an argument behind the code, or read its file"
        )
    if any(kind == "text" and "<<" in text for kind, text in pieces):
        raise Misplaced(
            f"`{{{{.inputs.{name}}}}}` stands in a text with `<<`, where its quoting cannot be known; read its file"
        )


def in_variables(pieces: Sequence[Piece], types: Mapping[str, Any]) -> list[Piece]:
    """Write the inputs in the text of a shell as variables, quoted as each place needs it. Raises Misplaced."""
    found: list[Piece] = []
    quote = ""
    for kind, text in pieces:
        if kind == "text":
            quote = quote_after(text, quote)
            found.append((kind, text))
            continue
        before = "".join(part for _, part in found)
        variable = f"${{TIPHYS_INPUT_{text}}}"
        if before.rfind("$((") > before.rfind("))"):
            if types[text] not in (int, bool):
                msg = f"`{{{{.inputs.{text}}}}}` stands in arithmetic of a shell, and is no `int`"
                raise Misplaced(msg)
            found.append(("text", variable))
            continue
        found.append(("text", {"": f'"{variable}"', '"': variable, "'": f"'\"{variable}\"'"}[quote]))
    return found


def quote_after(text: str, quote: str) -> str:
    """Say which quote of a shell is open after a text."""
    index = 0
    while index < len(text):
        sign = text[index]
        if sign == "\\" and quote != "'":
            index += 1
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "#" and (not index or text[index - 1] in " \t\n;"):
            end = text.find("\n", index)
            index = len(text) if end < 0 else end
        index += 1
    return quote
