# Every target sets up what it needs. Start with: make demo, make test
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
JOBS ?= 5
# Where it is set, every process compiles all modules anew.
unexport PYTHONDONTWRITEBYTECODE
UV := . scripts/certificates; uv=uv; [ ! -x .tools/uv/bin/uv ] || uv=.tools/uv/bin/uv

.PHONY: help setup demo test coverage test-compose test-dialects lint format bench compare-datahub compare-openmetadata compare-openlineage docs lock clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: ## the locked environment in .venv
	@scripts/setup

demo: setup ## crawl the sample estate and show what to do next
	@$(BIN)/python -m scripts.demo

test: setup ## all tests, with the real servers that they need
	@scripts/servers
	@$(BIN)/pytest -q -n $(JOBS) $(ARGS)

coverage: ## all tests once more, slower, with the lines that none of them runs
	@$(MAKE) --no-print-directory test ARGS="--cov --cov-report=term-missing $(ARGS)"

test-compose: setup ## run docker-compose.yml for real with compose v1 and v2, under faults (Docker, or root on Debian)
	@$(BIN)/pytest -q -x --log-cli-level=INFO -o faulthandler_timeout=0 tests/compose/crawls.py $(ARGS)

test-dialects: setup ## the SQLAlchemy dialects whose packages are large: ClickHouse, Hive, Firebird, Turso
	@[ .tools/dialects/.synced -nt requirements.lock ] && [ .tools/dialects/.synced -nt tests/dialects/requirements.txt ] || { \
	  $(UV); rm -rf .tools/dialects; export VIRTUAL_ENV=$$PWD/.tools/dialects; \
	  $$uv venv -q --python $(BIN)/python .tools/dialects && $$uv pip sync -q requirements.lock && \
	  $$uv pip install -q -r tests/dialects/requirements.txt && touch .tools/dialects/.synced; }
	@.tools/dialects/bin/python -m pytest -q -rs tests/dialects $(ARGS)

lint: setup ## ruff, mypy --strict, import-linter
	@status=0; \
	$(BIN)/ruff check . || status=1; $(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; $(BIN)/lint-imports || status=1; exit $$status

format: setup ## let ruff rewrite the code
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

compare-datahub: setup ## what DataHub's own ingestion makes today of what our tests froze
	@$(BIN)/python -m tests.catalogs.datahub_ingestion --check

compare-openmetadata: setup ## what OpenMetadata's models take today of what our tests froze
	@$(BIN)/python -m tests.catalogs.openmetadata_models --check

compare-openlineage: setup ## what OpenLineage's own client makes today of what our tests froze
	@$(BIN)/python -m tests.catalogs.openlineage_client --check

bench: setup ## measure against the floor; writes docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks.run $(ARGS)

docs: setup ## generate the references and check all links
	@$(BIN)/python -m scripts.docs

lock: setup ## resolve the dependencies anew into requirements.lock
	@$(UV); $$uv pip compile pyproject.toml --quiet --upgrade \
	  --all-extras --group dev --universal --generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean: ## remove everything that is generated
	rm -rf .venv .tools .demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
