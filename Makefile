# Daily work, one line a recipe; `make` alone lists the targets. Needs Python 3.11 or newer, git and make; installs the rest in .venv.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
TW = $(BIN)/tradewright $(if $(PROJECT),--project $(PROJECT))
RUNTIME := .venv/.runtime
DEV := .venv/.dev
WORKERS ?= 3
export NUMBA_DISABLE_PERFORMANCE_WARNINGS := 1

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

$(RUNTIME): requirements/runtime.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tradewright needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which one to use: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUNTIME) requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(DEV) ## create .venv with everything needed to run and to develop
	@echo "Ready. Try: make demo"

start: $(RUNTIME) ## start the platform in the background: make start ARGS="--port 8080"
	@$(TW) up --detach $(ARGS)

stop: $(RUNTIME) ## end the platform; trading sessions go on
	@$(TW) down $(ARGS)

restart: $(RUNTIME) ## end the platform and start it again
	@$(TW) down; $(TW) up --detach $(ARGS)

dev: $(RUNTIME) ## the platform in this terminal, with one worker
	@$(TW) up --workers 1 $(ARGS)

debug: $(RUNTIME) ## the same, saying everything
	@TRADEWRIGHT_LOG_LEVEL=debug TRADEWRIGHT_TRACEBACK=1 $(TW) up --workers 1 $(ARGS)

prod: ## every service in containers, as for production (needs Docker, see docs/deployment.md)
	docker compose -f deploy/compose.yaml -f deploy/compose.prod.yaml up --detach --build

demo: $(RUNTIME) ## from nothing to tear sheets and a session on paper, on shipped real data
	@$(BIN)/tradewright demo

run: $(RUNTIME) ## run a command: make run ARGS="backtest list"
	@$(TW) $(ARGS)

test: $(DEV) ## all tests but the slow ones
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m "not slow"

test-slow: $(DEV) ## the slow tests: swarms, attacks, proofs in small
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m slow

test-unit: $(DEV) ## unit and architecture tests
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile tests/unit tests/architecture

test-integration: $(DEV) ## tests with real files, processes and browsers
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile tests/integration

test-coverage: $(DEV) ## coverage with the compiler off, so that compiled code counts
	@rm -f .coverage .coverage.*
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --cov --cov-report= -m "not slow"
	$(BIN)/python tests/coverage_floors.py

format: $(DEV) ## rewrite the layout of the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only -q .

format-check: $(DEV)
	$(BIN)/ruff format --check -q .

lint: $(DEV) ## lint findings
	$(BIN)/ruff check -q .

type-check: $(DEV) ## strict types
	$(BIN)/mypy

contracts: $(DEV) ## who may import whom
	$(BIN)/lint-imports

kernels: $(DEV) ## compile what is compiled, once for all who wait for it
	@$(BIN)/python examples/10_two_engines.py > /dev/null
	@$(BIN)/python examples/50_compiled_tick_strategy.py > /dev/null

check: $(DEV) ## everything that CI checks; what looks at the code, and the compiler, run beside the tests
	@$(MAKE) --no-print-directory --jobs 2 format-check lint kernels type-check contracts docs-build test

sim: $(DEV) ## simulated trading: make sim SEEDS=300 runs a swarm, make sim SEED=7 one run again
	@$(BIN)/python -m simulator $(if $(SEED),one $(SEED),swarm --seeds $(or $(SEEDS),300) --first $(or $(FIRST),0) --jobs $(or $(JOBS),1))

sim-crash: $(DEV) ## die at every step and disk operation: make sim-crash BASES=3 EVERY=1 DEPTH=1
	@$(BIN)/python -m simulator crash --bases $(or $(BASES),1) --every $(or $(EVERY),1) --depth $(or $(DEPTH),1) --base $(or $(BASE),0) --step $(or $(STEP),0) --operation $(or $(OPERATION),0) --when $(or $(WHEN),before)

sim-zoo: $(DEV) ## plant known bugs, see each caught: make sim-zoo MUTANTS="2 7"
	@$(BIN)/python -m simulator zoo $(MUTANTS) --seeds $(or $(SEEDS),1000)

sim-twice: $(DEV) ## the same seeds in two processes: the traces must be equal
	@$(BIN)/python -m simulator twice --seeds $(or $(SEEDS),200)

sim-long: $(DEV) ## a swarm by the clock: make sim-long MINUTES=22 JOBS=2
	@$(BIN)/python -m simulator swarm --minutes $(or $(MINUTES),22) --first $(or $(FIRST),1000) --jobs $(or $(JOBS),2)

prove-crash: $(DEV) ## kill real traders anywhere, resume, compare: make prove-crash ARGS="--kills 1000 -j 2"
	$(BIN)/python -m proofs crash $(ARGS)

prove-journal: $(DEV) ## cut and flip the bytes of a session's books, fail every disk operation
	$(BIN)/python -m proofs torture
	$(BIN)/python -m proofs nth

prove-recovery: $(DEV) ## how long a restart and an order take: for a quiet machine
	$(BIN)/python -m proofs recovery
	$(BIN)/python -m proofs decision
	$(BIN)/python -m proofs latency

prove-soak: $(DEV) ## trade for long: make prove-soak MINUTES=15 DAYS=90
	$(BIN)/python -m proofs soak --minutes $(or $(MINUTES),15)
	$(BIN)/python -m proofs soak --virtual-days $(or $(DAYS),90)
	$(BIN)/python -m proofs calendars

prove-sandbox: $(DEV) ## attack the sandbox of uploaded strategies: make prove-sandbox SOURCES=10000
	$(BIN)/python -m proofs sandbox
	$(BIN)/python -m proofs uploads --sources $(or $(SOURCES),10000)

prove-secrets: $(DEV) ## plant secrets everywhere and search all outputs for them; time comparisons of secrets
	$(BIN)/python -m proofs canaries
	$(BIN)/python -m proofs timing

prove-kill: $(DEV) ## kill switch and guard on real processes: make prove-kill ARGS="--frozen 100 --lost 100 --venue-trials 500"
	$(BIN)/python -m proofs kill $(ARGS)

bench: $(DEV) ## benchmarks that need no peer, as a table
	$(BIN)/python -m benchmarks

bench-peers: $(DEV) ## the same beside vectorbt, nautilus, backtesting.py and backtrader, in one run
	$(BIN)/python -m benchmarks.peers

docs-build: $(DEV) ## build the documentation site into site/
	$(BIN)/zensical build --clean --strict

build: $(DEV) ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .

requirements: ## lock the dependencies anew
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra plots --extra postgres --extra redis requirements/build.in --universal --generate-hashes --no-header -q -o requirements/runtime.txt
	$(BIN)/uv pip compile pyproject.toml --extra plots --extra postgres --extra redis --extra oracles --group dev requirements/build.in --universal --generate-hashes --no-header -q -o requirements/dev.txt

shell: $(RUNTIME) ## Python with the package at hand
	@$(BIN)/python -i -c 'import tradewright as tw'

shell-db: ## the platform's database by hand, to look at: SQLite, or PostgreSQL where DATABASE_URL is set
	@if [ -n "$$DATABASE_URL" ]; then PGOPTIONS="-c default_transaction_read_only=on" psql "$$DATABASE_URL"; else sqlite3 -readonly $(or $(PROJECT),.)/.tradewright/state.sqlite; fi

shell-redis: ## Redis by hand
	@redis-cli -u "$${REDIS_URL:-redis://127.0.0.1:6379/0}"

status: $(RUNTIME) ## what the project folder holds
	@$(TW) status

health: ## whether the platform lives: make health URL=http://127.0.0.1:8000
	@curl --fail --silent --show-error --max-time 5 $(or $(URL),http://127.0.0.1:8000)/health && echo

monitor: $(RUNTIME) ## what is said as it is said, warnings and worse
	@$(TW) logs --follow --level warning $(ARGS)

stats: $(RUNTIME) ## what the database holds
	@$(TW) db status

logs: $(RUNTIME) ## what was said: make logs ARGS="--since 1h --follow"
	@$(TW) logs $(ARGS)

logs-service: $(RUNTIME) ## of one service: make logs-service SERVICE=trader
	@$(TW) logs --service $(or $(SERVICE),platform) $(ARGS)

check-env: $(RUNTIME) ## explain every setting and every problem
	@$(TW) doctor $(ARGS)

backtest: $(RUNTIME) ## a backtest: make backtest ARGS="moving_average --symbol AAPL"
	@$(TW) backtest run $(ARGS)

init-db: $(RUNTIME) ## make the tables
	@$(TW) db upgrade

migrate: $(RUNTIME) ## bring the tables to this version, backed up first
	@$(TW) db upgrade

reset-db: $(RUNTIME) ## empty the platform's tables (asks first; journals, bars and runs stay)
	@$(TW) db downgrade 0000 $(ARGS) && $(TW) db upgrade

backup: $(RUNTIME) ## back up everything: make backup ARGS="friday.tar"
	@$(TW) db backup $(ARGS)

restore: $(RUNTIME) ## bring a backup back: make restore FILE=friday.tar
	@$(TW) db restore $(FILE) $(ARGS)

update: requirements setup ## newest allowed dependencies

clean: ## remove caches and built files
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist site htmlcov .coverage .coverage.*
	find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data: ## remove the demo's and the project's data (asks first)
	@read -r -p "Delete .tradewright and tradewright-demo with all data? [y/N] " answer; [ "$$answer" = y ] && rm -rf .tradewright tradewright-demo || echo "kept"

.PHONY: help setup demo run test test-slow test-unit test-integration test-coverage format format-check lint type-check contracts check sim sim-crash sim-zoo sim-twice sim-long prove-crash prove-journal prove-recovery prove-soak prove-sandbox prove-secrets prove-kill bench bench-peers docs-build build requirements shell shell-db shell-redis status health monitor stats logs logs-service check-env backtest init-db migrate reset-db backup restore start stop restart dev debug prod update clean clean-data
