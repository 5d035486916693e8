"""What is given as a number is one, or is refused by name."""

import math
from datetime import timedelta
from typing import Any

import pytest

from soniq.errors import OptionInvalid
from soniq.job.numbers import check_number, check_seconds, check_whole


@pytest.mark.parametrize("number", [True, False, 0, 11, 1.0, "1", None, math.nan])
def test_what_is_no_whole_number_in_its_range_is_refused(number: Any) -> None:
    with pytest.raises(OptionInvalid, match=r"`rows` must be a whole number from 1 to 10, not ") as refused:
        check_whole("rows", number, 1, 10)

    assert refused.value.context["option"] == "rows"


def test_a_whole_number_without_an_upper_end_has_a_lower_one() -> None:
    assert check_whole("rows", 10**30, 1) == 10**30
    with pytest.raises(OptionInvalid, match=r"of at least 1, not 0"):
        check_whole("rows", 0, 1)


@pytest.mark.parametrize("number", [True, -1, -0.1, 10.1, math.nan, math.inf, "1", timedelta(1)])
def test_what_is_no_number_in_its_range_is_refused(number: Any) -> None:
    with pytest.raises(OptionInvalid, match=r"`days` must be a number from 0 to 10, not "):
        check_number("days", number, 10)


@pytest.mark.parametrize(("span", "seconds"), [(0, 0), (2, 2), (0.5, 0.5), (timedelta(minutes=1), 60), (1e9, 1e9)])
def test_a_time_span_is_seconds_or_a_timedelta(span: Any, seconds: float) -> None:
    assert check_seconds("timeout", span) == seconds


@pytest.mark.parametrize("span", [True, -1, math.nan, math.inf, 1e9 + 1, "1", timedelta(seconds=-1), timedelta.max])
def test_what_is_no_time_span_is_refused(span: Any) -> None:
    with pytest.raises(OptionInvalid, match=r"`timeout` must be seconds of at least 0, or a timedelta, not "):
        check_seconds("timeout", span)
