"""Every attempt is counted once, however it ends."""

import pytest
from prometheus_client import CollectorRegistry

from soniq import Discard, NoopMetricsSink, PrometheusMetricsSink, Snooze, Soniq, task_ref

ATTEMPTS = {"done": 2, "failed": 1, "dead_letter": 1, "snoozed": 1}


async def run_some(app: Soniq) -> None:
    """Run five attempts: one fails and is done at the second try, one is discarded, one snoozes."""

    @app.job(name="work", queue="mail")
    async def work(number: int) -> Snooze | None:
        match number:
            case 1 if not tries:
                tries.append(number)
                raise ValueError("not yet")
            case 2:
                raise Discard("no hope")
            case 3:
                return Snooze(3600)
        return None

    tries: list[int] = []
    await app.enqueue_many(work, [{"number": number} for number in range(4)])
    await app.run_worker(run_once=True)


async def test_prometheus_counts_every_attempt_by_how_it_ended(migrated_url: str) -> None:
    registry = CollectorRegistry()
    async with Soniq(migrated_url, metrics_sink=PrometheusMetricsSink(registry, prefix="shop")) as app:
        await run_some(app)

    labels = {"job_name": "work", "queue": "mail"}
    ended = {
        status: registry.get_sample_value("shop_jobs_completed_total", {**labels, "status": status})
        for status in ATTEMPTS
    }
    assert ended == ATTEMPTS
    assert registry.get_sample_value("shop_jobs_started_total", labels) == 5
    assert registry.get_sample_value("shop_jobs_in_progress", labels) == 0
    assert registry.get_sample_value("shop_job_duration_seconds_count", labels) == 5


async def test_an_attempt_whose_handler_is_not_called_has_begun_and_ended(migrated_url: str) -> None:
    registry = CollectorRegistry()
    async with Soniq(migrated_url, metrics_sink=PrometheusMetricsSink(registry)) as app:
        await app.enqueue(task_ref(name="nobody_knows_it"))
        await app.run_worker(run_once=True)

    labels = {"job_name": "nobody_knows_it", "queue": "default"}
    handed_back = registry.get_sample_value("soniq_jobs_completed_total", {**labels, "status": "handed_back"})
    assert (handed_back, registry.get_sample_value("soniq_jobs_started_total", labels)) == (1, 1)
    assert registry.get_sample_value("soniq_jobs_in_progress", labels) == 0


async def test_a_sink_of_ones_own_is_told_and_cannot_stop_a_worker(
    migrated_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(NoopMetricsSink):
        async def record_job_end(self, **numbers: object) -> None:
            raise OSError(f"no space left for {numbers['status']}")

    async with Soniq(migrated_url, metrics_sink=Broken()) as app:
        await run_some(app)

        assert (await app.get_queue_stats()).done == 2
    assert "no space left for dead_letter" in caplog.text
