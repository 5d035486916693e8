"""The verdict as a table: what two systems say, and what it is called."""

from datetime import timedelta

import pytest

from soniq.lab.record import SIGNS, Facts, VerdictName, judge

MINUTE = timedelta(minutes=1)

TABLE: list[tuple[VerdictName, Facts, str]] = [
    ("consistent", Facts(1043, True, 1, 1), "its one invoice"),
    ("consistent", Facts(1043, True, 1, 0, waiting_jobs=1), "on its way"),
    ("consistent", Facts(1043, True, 1, 0, failed_jobs=1), "on record"),
    ("consistent", Facts(1043, True, 2, 1), "its one invoice"),  # an idempotent handler ran twice
    ("consistent", Facts(1043, False, 0, 0), "try again"),
    ("orphan", Facts(1043, False, 1, 0, waiting_jobs=1), "is waiting for order 1043"),
    ("orphan", Facts(1043, False, 1, 0, failed_jobs=1), "never was"),
    ("orphan", Facts(1043, False, 1, 1), "gets an invoice for order 1043, which does not exist"),
    ("orphan", Facts(1043, False, 0, 1), "gets an invoice"),
    ("lost", Facts(1043, True, 0, 0), "nothing will ever send its invoice"),
    ("duplicate", Facts(1043, True, 1, 2), "2 invoices"),
    ("duplicate", Facts(1043, True, 2, 0, waiting_jobs=2), "will get 2 invoices"),
    ("duplicate", Facts(1043, True, 1, 1, waiting_jobs=1), "will get 2 invoices"),
    ("early", Facts(1043, True, 1, 1, ran_before_commit=True), "before order 1043 was sure"),
    ("early", Facts(1043, True, 1, 0, failed_jobs=1, ran_before_commit=True), "gets no invoice"),
    ("early", Facts(1043, True, 1, 0, waiting_jobs=1, ran_before_commit=True), "come again"),
    ("late", Facts(1043, True, 1, 1, late_by=MINUTE), "60.0 s too late"),
    # Two findings at once: the one that hurts the customer most.
    ("orphan", Facts(1043, False, 1, 2), "which does not exist"),
    ("orphan", Facts(1043, False, 1, 0, failed_jobs=1, ran_before_commit=True), "never was"),
    ("duplicate", Facts(1043, True, 1, 2, ran_before_commit=True), "2 invoices"),
    ("duplicate", Facts(1043, True, 1, 2, late_by=MINUTE), "2 invoices"),
    ("early", Facts(1043, True, 1, 1, ran_before_commit=True, late_by=MINUTE), "sure to exist"),
]


@pytest.mark.parametrize(("name", "facts", "words"), TABLE)
def test_the_facts_of_two_systems_have_one_name(name: VerdictName, facts: Facts, words: str) -> None:
    verdict = judge(facts)

    assert verdict.name == name
    assert words in verdict.sentence


def test_the_sentence_names_the_customer_and_the_order() -> None:
    assert judge(Facts(7, True, 1, 3, customer="Grace")).sentence == "Grace gets 3 invoices for order 7."


def test_no_two_verdicts_share_a_shape_or_a_colour() -> None:
    for looks in ("shape", "light", "dark"):
        assert len({getattr(sign, looks) for sign in SIGNS.values()}) == 6


def test_a_verdict_reads_as_one_line() -> None:
    line = str(judge(Facts(1043, True, 0, 0)))

    assert line.startswith("■ Lost: an order without its job. Order 1043 stands")
