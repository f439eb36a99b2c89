"""Cron text as Argo reads it, and names of time zones: checked where the user writes them."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass

from tiphys.diagnostics import counted, nearest

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WORDS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
STEP = re.compile(r"[0-9]{1,6}")
EVERY = re.compile(r"@every\s+([0-9]+(ns|us|µs|ms|s|m|h))+")


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five fields: what it counts, from where to where, and the names for its numbers."""

    name: str
    low: int
    high: int
    names: Sequence[str] = ()

    def numbers(self, text: str) -> set[int]:
        """List the numbers that a field means. Raises ValueError."""
        found: set[int] = set()
        for part in text.split(","):
            span, slash, step = part.partition("/")
            first, dash, last = span.partition("-")
            if slash and (not STEP.fullmatch(step) or int(step) == 0):
                msg = f"the step {step!r} of the {self.name} is no whole number from 1 on"
                raise ValueError(msg)
            if first in ("*", "?") and not dash:
                low, high = self.low, self.high
            else:
                low = self.number(first)
                high = self.number(last) if dash else self.high if slash else low
            if low > high:
                msg = f"the {self.name} goes from {first} to {last}, which is backwards"
                raise ValueError(msg)
            found.update(range(low, high + 1, int(step) if slash else 1))
        return found

    def number(self, text: str) -> int:
        """Read one number. Raises ValueError."""
        if text.lower() in self.names:
            return self.low + self.names.index(text.lower())
        if not text.isascii() or not text.isdigit() or not self.low <= int(text) <= self.high:
            named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
            msg = f"the {self.name} {text!r} is not within {self.low} to {self.high}{named}"
            raise ValueError(msg)
        return int(text)


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 6, DAYS),
)


def check_cron(text: str) -> str:
    """Give cron text as Argo takes it. Raises ValueError that says what is wrong with it."""
    text = " ".join(text.split())
    if text.startswith("@"):
        if text not in WORDS and not EVERY.fullmatch(text):
            msg = f"{text!r} is no schedule. {nearest(text, list(WORDS))}"
            raise ValueError(msg)
        return text
    if text.upper().startswith(("TZ=", "CRON_TZ=")):
        msg = "the time zone is an argument of its own, such as timezone='Europe/Berlin'"
        raise ValueError(msg)
    parts = text.split(" ") if text else []
    if len(parts) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        msg = f"it has {counted(len(parts), 'field')}, and cron has five: {names}"
        raise ValueError(msg)
    numbers = [field.numbers(part) for field, part in zip(FIELDS, parts, strict=True)]
    days, months = numbers[2], numbers[3]
    any_weekday = parts[4].startswith(("*", "?"))
    if any_weekday and all(day > LENGTHS[month - 1] for day in days for month in months):
        msg = "no month that it names has such a day, so it would never run"
        raise ValueError(msg)
    return text


def check_zone(name: str) -> str:
    """Check the name of a time zone. Raises ValueError with the nearest one."""
    known = zoneinfo.available_timezones()
    if name not in known:
        msg = f"there is no time zone {name!r}. {nearest(name, sorted(known))}"
        raise ValueError(msg)
    return name


def cron_of_rate(minutes: int, minute: int = 0, hour: int = 0, weekday: int = 0) -> str:
    """Write a rate as cron text, in step with a time of day and a weekday. Raises ValueError where cron has none."""
    if minutes < 60 and 60 % minutes == 0:
        return f"{stepped(minute % minutes, 59, minutes)} * * * *"
    hours = minutes // 60
    if minutes % 60 == 0 and hours <= 24 and 24 % hours == 0:
        return f"{minute} {hour if hours == 24 else stepped(hour % hours, 23, hours)} * * *"
    if minutes == 7 * 24 * 60:
        return f"{minute} {hour} * * {weekday}"
    rates = [each for each in range(1, 60) if 60 % each == 0]
    rates += [60 * each for each in range(1, 25) if 24 % each == 0] + [7 * 24 * 60]
    closest = min(rates, key=lambda each: (abs(each - minutes), each))
    msg = (
        f"Argo starts runs by cron, which cannot say every {minutes} minutes: a rate has to divide an hour or a day, "
        f"or be a week; the nearest that does is {closest}"
    )
    raise ValueError(msg)


def stepped(start: int, end: int, step: int) -> str:
    """Write every `step` from a start on."""
    if step == 1:
        return "*"
    return f"*/{step}" if start == 0 else f"{start}-{end}/{step}"
