"""Cron text: what Argo takes passes, what it would refuse or never run says why."""

from __future__ import annotations

import pytest

from tiphys.authoring.cron import FIELDS, check_cron, check_zone, cron_of_rate


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *", "*/5 * * * *", "0,30 8-18/2 1,15 JAN-mar Mon-FRI", "59 23 31 12 6", "? ? ? ? ?", "5/10 * * * *",
        "@daily", "@every 1h30m", "0 0 29 2 *", "0 0 31 2 1", "0 0 30 2,4 *",
    ],
)  # fmt: skip
def test_what_argo_takes_passes(text: str) -> None:
    assert check_cron(text) == text


def test_spaces_are_put_in_order() -> None:
    assert check_cron("  0  2 *\t* * ") == "0 2 * * *"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has 0 fields"),
        ("* * * * * *", "it has 6 fields"),
        ("60 * * * *", "the minute '60' is not within 0 to 59"),
        ("* 24 * * *", "the hour '24'"),
        ("* * 0 * *", "the day of the month '0'"),
        ("* * * 13 *", "the month '13' is not within 1 to 12 or jan to dec"),
        ("* * * * 7", "the day of the week '7' is not within 0 to 6 or sun to sat"),
        ("* * * * mun", "the day of the week 'mun'"),
        ("30-10 * * * *", "goes from 30 to 10, which is backwards"),
        ("*/0 * * * *", "the step '0' of the minute"),
        ("*/x * * * *", "the step 'x'"),
        ("1, * * * *", "the minute ''"),
        ("-5 * * * *", "the minute ''"),
        ("\u0661 * * * *", "the minute"),
        ("0 0 30 2 *", "it would never run"),
        ("0 0 31 4,6,9,11 *", "it would never run"),
        ("@dayly", "Did you mean `@daily`"),
        ("@every", "is no schedule"),
        ("TZ=UTC 0 0 * * *", "an argument of its own"),
    ],
)
def test_what_argo_would_refuse_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="(?s).*") as caught:
        check_cron(text)
    assert why in str(caught.value)


def test_a_zone_is_one_that_exists() -> None:
    assert check_zone("America/New_York") == "America/New_York"
    with pytest.raises(ValueError, match="`Europe/Berlin`"):
        check_zone("Europe/Berlinn")


@pytest.mark.parametrize("minutes", [each for each in range(1, 60) if 60 % each == 0])
def test_a_rate_that_divides_an_hour_is_exact(minutes: int) -> None:
    """Every minute that the text names is so many minutes after the one before, around the hour too."""
    minute, *rest = cron_of_rate(minutes, minute=7).split()
    numbers = sorted(FIELDS[0].numbers(minute))
    assert rest == ["*", "*", "*", "*"]
    assert {(b - a) % 60 or 60 for a, b in zip(numbers, [*numbers[1:], numbers[0]], strict=True)} == {minutes}


@pytest.mark.parametrize("minutes", [7, 45, 90, 100, 1441, 2880])
def test_a_rate_that_cron_cannot_say_is_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match=f"every {minutes} minutes.*the nearest that does is"):
        cron_of_rate(minutes)
