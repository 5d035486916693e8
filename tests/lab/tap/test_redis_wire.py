"""Commands and answers of RQ's, in whatever pieces they arrive."""

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
