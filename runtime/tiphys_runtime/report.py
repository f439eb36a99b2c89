"""Reports: HTML that a task with `report=True` leaves beside its result, in tabs. Elsewhere nobody keeps it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tiphys_runtime.shim import Call

MAIN = "main"
FILE = "report.html"
_running: Running | None = None


class Tab:
    """One tab: pieces of HTML, one below the other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.content: list[str] = []

    def log(self, content: str) -> None:
        """Add HTML. Raises TypeError where it is no text."""
        self.content.append(text_of(content))
        warn()

    def replace(self, content: str) -> None:
        """Put HTML in the place of all that is there. Raises TypeError where it is no text."""
        self.content[:] = [text_of(content)]
        warn()

    def get_html(self) -> str:
        """Give all of it."""
        return "\n".join(self.content)


class Report:
    """The tabs of one task. `main` is there from the beginning."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tabs = {MAIN: Tab(MAIN)}

    def get_tab(self, name: str, create_if_missing: bool = True) -> Tab:  # noqa: FBT001, FBT002  as in Flyte
        """Give a tab by its name. Raises ValueError where there is none and none is to be made."""
        if name not in self.tabs:
            if not create_if_missing:
                raise ValueError(f"the report has no tab {name!r}")
            self.tabs[name] = Tab(name)
        return self.tabs[name]

    def has_content(self) -> bool:
        """Say whether anything was written."""
        return any(tab.content for tab in self.tabs.values())


class Running(Report):
    """The report of the task that runs in this pod: written when it ends, however it ends, and when it is flushed."""

    def __init__(self, call: Call) -> None:
        super().__init__(str(call.entry["title"]))
        self.call = call

    def __enter__(self) -> None:
        global _running  # noqa: PLW0603  one task in a pod
        _running = self

    def __exit__(self, *_exception: object) -> None:
        global _running  # noqa: PLW0603  one task in a pod
        _running = None
        try:
            self.write()
        except OSError as error:
            print(f"tiphys: the report cannot be written: {error}", file=sys.stderr)  # noqa: T201

    def write(self) -> None:
        """Write the page whole; without content there is none."""
        if not self.has_content() or self.call.world is None:
            return
        page = self.call.world.read("report.html").decode()
        folder = os.path.join(self.call.root, "out")
        os.makedirs(folder, exist_ok=True)
        part = os.path.join(folder, f".{FILE}")
        with open(part, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(filled(page, self))
        os.replace(part, os.path.join(folder, FILE))


def filled(page: str, report: Report) -> str:
    """Put a report into the page."""
    from html import escape

    used = [tab for tab in report.tabs.values() if tab.content]
    tabs = [
        f'<input type="radio" name="tab" id="t{number}"{"" if number else " checked"}>'
        f'<label for="t{number}">{escape(tab.name)}</label>\n<div>{tab.get_html()}</div>\n'
        for number, tab in enumerate(used)
    ]
    title, marked, rest = page.partition("<!-- tabs -->")
    return title.replace("<!-- title -->", escape(report.name)) + (marked and "".join(tabs)) + rest


def text_of(content: object) -> str:
    """Check a piece of HTML."""
    if not isinstance(content, str):
        raise TypeError(f"a report takes HTML as text, not {type(content).__name__}")
    return content


def warn() -> None:
    """Tell once that a pod's task leaves no report."""
    from tiphys_runtime.context import RUNNING

    if _running is None and RUNNING.get() is not None and not WARNED:
        WARNED.append(True)
        print("tiphys: the task does not say `report=True`, so what it reports is kept nowhere", file=sys.stderr)  # noqa: T201


WARNED: list[bool] = []


def current_report() -> Report:
    """Give the report of the task that runs; outside of one, a new one that nobody reads."""
    return _running if _running is not None else Report("dummy")


def get_tab(name: str, /, create_if_missing: bool = True) -> Tab:  # noqa: FBT001, FBT002  as in Flyte
    """Give a tab of the report by its name."""
    return current_report().get_tab(name, create_if_missing)


class Spoken:
    """A function of this module; `.aio` is awaited."""

    def __init__(self, function: Callable[..., None]) -> None:
        self.function = function
        self.__name__ = self.__qualname__ = function.__name__.rstrip("_")
        self.__doc__ = function.__doc__
        self.__module__ = __name__

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self.function(*args, **kwargs)

    async def aio(self, *args: Any, **kwargs: Any) -> None:
        """Do the same, from async code."""
        self.function(*args, **kwargs)

    def __reduce__(self) -> str:
        return self.__name__


def flush_() -> None:
    """Write the report now: it is there even if the task is killed."""
    if _running is not None:
        _running.write()


def log_(content: str, do_flush: bool = False) -> None:  # noqa: FBT001, FBT002  as in Flyte
    """Add HTML to the main tab, and write the report if asked to."""
    get_tab(MAIN).log(content)
    if do_flush:
        flush_()


def replace_(content: str, do_flush: bool = False) -> None:  # noqa: FBT001, FBT002  as in Flyte
    """Put HTML in the place of what is in the main tab, and write the report if asked to."""
    get_tab(MAIN).replace(content)
    if do_flush:
        flush_()


flush = Spoken(flush_)
log = Spoken(log_)
replace = Spoken(replace_)
