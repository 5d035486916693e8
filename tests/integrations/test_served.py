"""The guides on real servers: a rollback in the view leaves no job, a commit one, and a worker runs it."""

from pathlib import Path

import httpx
import psycopg
import pytest

from tests.adapters.poll import wait_until
from tests.integrations.pages import environment, process, run, served, write_files

GOOD, DECLINED = {"book": "Frankenstein", "card": "good"}, {"book": "Dracula", "card": "declined"}


@pytest.fixture
def env(migrated_url: str) -> dict[str, str]:
    return environment(migrated_url)


def number(url: str, question: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(row[0])


def jobs(url: str) -> int:
    return number(url, "select count(*) from soniq.jobs")


def wait_until_done(url: str, count: int) -> None:
    wait_until(lambda: number(url, "select count(*) from soniq.job_history where state = 'done'") == count, 20)


def statuses(client: httpx.Client, path: str = "/orders") -> list[int]:
    return [client.post(path, json=each).status_code for each in (GOOD, DECLINED)]


def test_fastapi_served_by_uvicorn(tmp_path: Path, migrated_url: str, env: dict[str, str]) -> None:
    write_files("fastapi.md", tmp_path)

    with served("uvicorn api:api --port {port}", tmp_path, env) as client:
        assert statuses(client) == [201, 402]
        assert jobs(migrated_url) == 1


def test_fastapi_served_by_uvicorn_with_a_worker_inside(tmp_path: Path, migrated_url: str, env: dict[str, str]) -> None:
    write_files("fastapi.md", tmp_path)

    with served("uvicorn api:api --port {port}", tmp_path, {**env, "WORKER_INSIDE": "yes"}) as client:
        assert statuses(client) == [201, 402]
        wait_until_done(migrated_url, 1)

    assert jobs(migrated_url) == 0
    assert number(migrated_url, "select count(*) from soniq.workers") == 0


def test_starlette_served_by_uvicorn_with_a_worker_beside_it(
    tmp_path: Path, migrated_url: str, env: dict[str, str]
) -> None:
    write_files("fastapi.md", tmp_path)
    with psycopg.connect(migrated_url) as connection:
        connection.execute("create table orders (id bigint generated always as identity, book text)")

    with served("uvicorn starlette_shop:api --port {port}", tmp_path, env) as client:
        assert statuses(client) == [201, 402]
        assert jobs(migrated_url) == 1
        with process("soniq worker shop:app", tmp_path, env):
            wait_until_done(migrated_url, 1)


def test_flask_served_with_a_worker_beside_it(tmp_path: Path, migrated_url: str, env: dict[str, str]) -> None:
    write_files("flask.md", tmp_path)
    with psycopg.connect(migrated_url) as connection:
        connection.execute("create table orders (id bigint generated always as identity, book text)")

    with served("flask --app web:web run --port {port}", tmp_path, env) as client:
        assert statuses(client) == [201, 409]
        assert jobs(migrated_url) == 1
        with process("soniq worker shop:app", tmp_path, env):
            wait_until_done(migrated_url, 1)


def test_django_served_with_a_worker_that_leaves_no_connection_open(
    tmp_path: Path, migrated_url: str, env: dict[str, str]
) -> None:
    for command in ("django-admin startproject bookshop .", "python manage.py startapp shop"):
        run(command, tmp_path, env)
    write_files("django.md", tmp_path)
    for command in ("python manage.py makemigrations shop", "python manage.py migrate"):
        run(command, tmp_path, env)

    with served("python manage.py runserver --noreload {port}", tmp_path, env) as client:
        assert statuses(client) + statuses(client, "/async-orders") == [201, 402, 201, 402]
        assert jobs(migrated_url) == 2
    with process("soniq worker bookshop.worker:app", tmp_path, env):
        wait_until_done(migrated_url, 2)
        wait_until(lambda: number(migrated_url, DJANGOS) == 0)

    assert number(migrated_url, "select count(*) from shop_order where invoiced") == 2


# Soniq's own sessions say their name; this question's own is not counted.
DJANGOS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name !~ 'soniq'
and backend_type = 'client backend'
"""
