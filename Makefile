# One command a purpose. Each sets up what it needs in .venv, once; the second time it starts at once.

SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
QUEUE_TESTS := $(addprefix tests/,setup sql enqueue adapters/test_conformance.py claim settle control dead_letter)

# More processes than four would wait for the one server that they share.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadgroup

extras_lab := lab,sqlmodel
extras_test := lab,sqlalchemy,sqlmodel,tortoise,psycopg,django,prometheus,opentelemetry,test,docker
extras_docs := $(extras_test),docs
extras_test-system := $(extras_docs),system
extras_check := $(extras_test-system),check

.PHONY: help lab demo test check test-system docs bench clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: .venv/.ready-lab ## Open the lessons in JupyterLab (prints its address where there is no browser)
	@echo '→ Opening the first lesson; stop with Ctrl-C, twice'
	@$(BIN)/soniq lab open notebooks

demo: .venv/.ready-lab ## Watch the four failures and the four fixes in the terminal, in under a minute
	@$(BIN)/soniq demo

test: .venv/.ready-test ## Run all tests on a real Postgres; POSTGRES=docker takes it from Docker
	@$(if $(POSTGRES),SONIQ_LAB_POSTGRES=$(POSTGRES)) $(BIN)/python -m pytest $(SIDE_BY_SIDE) -m 'not system' --ignore=tests/system

check: .venv/.ready-check ## Format, lint, types, layers and house rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/house

test-system: .venv/.ready-test-system docs ## Test in Chromium, on Debian's PostgreSQL and PgBouncer (installs them where it may)
	@tools/system-packages.sh
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m system tests/system tests/lab/servers
	@bin="$$(ls -d /usr/lib/postgresql/*/bin | sort -V | head -n 1)"; echo "→ The queue on $$("$$bin/postgres" --version)"; \
		env -u SONIQ_DATABASE_URL SONIQ_LAB_POSTGRES_BIN="$$bin" $(BIN)/python -m pytest $(SIDE_BY_SIDE) -m 'not system' $(QUEUE_TESTS)

docs: .venv/.ready-docs ## Build the site into site/: lessons executed, every internal link checked
	@$(BIN)/python tools/render_lessons.py
	@$(BIN)/python tools/render_matrix.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: .venv/.ready-test ## Measure enqueueing, draining and picking up against bare SQL, as ratios; NAMES="drain bulk" for some of it
	@$(BIN)/python -m bench $(NAMES)

clean: ## Remove .venv and everything that was built
	rm -rf .venv site tutorial/lessons tests/system/pictures build dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.ready-%: pyproject.toml requirements/lock.txt tools/set-up.sh
	@tools/set-up.sh $* '$(extras_$*)'
