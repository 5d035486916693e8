"""Commands and answers of RQ's and Celery's, in whatever pieces they arrive."""

import pytest

from soniq.lab.tap.redis import RedisWire


def command(*words: str) -> bytes:
    return f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words)


def test_the_answer_to_exec_ends_what_stood_in_the_transaction() -> None:
    wire = RedisWire("rq-1")
    sent = [
        command("MULTI"),
        command("HSET", "rq:job:1", "a", "b"),
        command("RPUSH", "rq:queue:q", "1"),
        command("EXEC"),
    ]

    before = [moment.act for _, moment, _ in wire.sent(b"".join(sent)) if moment]
    after = [m.act if m else text for text, m in wire.answered(b"+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:1\r\n")]

    assert before == ["enqueue"]
    assert after == [b"+OK\r\n", b"+QUEUED\r\n", b"+QUEUED\r\n", "enqueue", b"*2\r\n:1\r\n:1\r\n"]


def test_messages_may_come_byte_by_byte() -> None:
    wire = RedisWire("rq-1")
    text = command("ZADD", "rq:finished:q", "1", "a\r\nb")

    found = [item for at in range(len(text)) for item in wire.sent(text[at : at + 1])]

    assert [(whole, moment.act if moment else None) for whole, moment, _ in found] == [(text, "done")]


def test_a_push_is_an_answer_to_nothing() -> None:
    wire = RedisWire("rq-1")
    list(wire.sent(command("ZADD", "rq:failed:q", "1", "a")))

    acts = [moment.act if moment else None for _, moment in wire.answered(b">1\r\n+invalidate\r\n%1\r\n+a\r\n:1\r\n")]

    assert acts == [None, "fail", None]


@pytest.mark.parametrize(
    ("words", "act"),
    [
        (("LPUSH", "shop:invoices", '{"headers": {"argsrepr": "(1044,)"}}'), "enqueue"),
        (("HSET", "shop:unacked", "tag", '[{"headers": {"argsrepr": "(1044,)"}}]'), "claim"),
        (("SETEX", "shop:celery-task-meta-1", "86400", '{"status": "SUCCESS"}'), "done"),
        (("SETEX", "shop:celery-task-meta-1", "86400", '{"status": "FAILURE"}'), "fail"),
        (("SETEX", "shop:celery-task-meta-1", "86400", '{"status": "RETRY"}'), None),
        (("ZREM", "shop:unacked_index", "tag"), None),
        (("LREM", "rq:queue:shop", "1", "a"), "cancel"),
    ],
)
def test_what_celery_says_is_known(words: tuple[str, ...], act: str | None) -> None:
    [(_, moment, _)] = RedisWire("rq-1").sent(command(*words))

    assert (moment.act if moment else None) == act


def test_the_order_that_a_job_is_about_is_what_its_queue_says_of_it() -> None:
    wire = RedisWire("rq-1")
    described = command("HSET", "rq:job:1", "description", "soniq.lab.shop.tasks.send_invoice(1043)")

    sent = list(wire.sent(described + command("RPUSH", "rq:queue:q", "1")))
    sent += wire.sent(command("LPUSH", "shop:invoices", '{"headers": {"argsrepr": "(1044,)"}}'))

    assert [moment.about for _, moment, _ in sent if moment] == [1043, 1044]
