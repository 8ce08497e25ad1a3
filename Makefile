# `make` or `make help` lists what can be done here.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
PYTHON := .venv/bin/python
# What Python compiles is kept, whatever the environment says of that: a portal is many processes, a
# test run starts hundreds, and each of them would compile everything again.
export PYTHONDONTWRITEBYTECODE :=
ANYWHERE := pyproject.toml scripts/setup scripts/packages-run.txt

.PHONY: help
help: ## Say what can be done here
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: setup ## Run the portal with a demonstration force, on PORT (8000 if not said)
	@exec $(PYTHON) -m portal.demo.running --port $(PORT)

.PHONY: forget
forget: ## Remove the demonstration's data, so that the next run begins anew
	rm -rf var

# Every test has a database of its own, written through to the disk at each commit: where there is
# a disk in memory, they are there, and the run takes less time.
TEST_FOLDER ?= $(shell test -w /dev/shm && echo /dev/shm || echo /tmp)
# One more than there are processors, because many tests wait for programs that they started; file
# by file, in the order that tests/conftest.py gives.
AT_ONCE ?= $(shell expr $$(nproc) + 1)
SIDE_BY_SIDE = -n $(AT_ONCE) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: test
test: setup-test check ## Run every check and every test
	TMPDIR=$(TEST_FOLDER) $(PYTHON) -m pytest $(SIDE_BY_SIDE) $(ARGS)

.PHONY: check
check: setup-test ## Read the code without running it: style, types, import contracts
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

.PHONY: bench-matching
bench-matching: setup-bench ## Measure the search by time and place (ARGS="--recordings 4000000")
	$(PYTHON) -m benchmarks.matching $(ARGS)

.PHONY: bench-download
bench-download: setup-bench ## Measure downloads beside nginx with the same file in plain
	$(PYTHON) -m benchmarks.download $(ARGS)

.PHONY: mutate-book
mutate-book: setup-test ## Tamper with the book of deeds in 10,000 ways of each kind (BOOK_MUTATIONS=…)
	BOOK_MUTATIONS=$${BOOK_MUTATIONS:-10000} $(PYTHON) -m pytest -q \
		tests/unit/audit/test_mutations.py tests/integration/audit/test_mutated_rows.py $(ARGS)

.PHONY: prove-sealing
prove-sealing: setup-test ## Read sealed files at 100,000 random ranges (SEALED_RANGES=…)
	SEALED_RANGES=$${SEALED_RANGES:-100000} $(PYTHON) -m pytest -q tests/unit/test_sealing.py $(ARGS)

.PHONY: scan
scan: setup-test ## Scan the page of a link 1,000 times, and see that it works for the person (SCANS=…)
	SCANS=$${SCANS:-1000} $(PYTHON) -m pytest -q -k after_scanners tests/web/disclosure/test_scanners.py $(ARGS)

.PHONY: guess
guess: setup-test ## Guess codes a million times, for hours, and see that nothing opens (GUESSES=…)
	GUESSES=$${GUESSES:-1000000} $(PYTHON) -m pytest -q -k guessing_opens tests/web/disclosure/test_scanners.py $(ARGS)

.PHONY: unlock
unlock: setup-test ## Unlock a link by 1,000 at once, on both databases (UNLOCKINGS=…)
	UNLOCKINGS=$${UNLOCKINGS:-1000} $(PYTHON) -m pytest -q -k many_at_once tests/integration/disclosure/test_unlocking.py $(ARGS)

.PHONY: soak-outbox
soak-outbox: setup-test ## Kill the worker a thousand times while it sends and packs (OUTBOX_KILLS=…)
	OUTBOX_KILLS=$${OUTBOX_KILLS:-1000} TMPDIR=$(TEST_FOLDER) $(PYTHON) -m pytest -q -s \
		tests/integration/worker/test_killed.py $(ARGS)

.PHONY: race
race: setup-test ## Race holds against everything that lets out, 10,000 times (RACES=…)
	RACES=$${RACES:-10000} $(PYTHON) -m pytest -q tests/integration/disclosure/test_races.py $(ARGS)

.PHONY: whole-life
whole-life: setup-test ## Live a thousand lives of requests, drawn at random, by four promises (LIVES=…)
	LIVES=$${LIVES:-1000} $(PYTHON) -m pytest -q tests/integration/test_whole_life.py $(ARGS)

.PHONY: docs
docs: setup ## Draw the pages of docs/ that are made from the code
	@$(PYTHON) -m scripts.draw_docs

.PHONY: screenshots
screenshots: setup-test ## Draw the gallery in docs/screenshots while the journeys run in a browser
	@mkdir -p docs/screenshots
	SCREENSHOTS=docs/screenshots $(PYTHON) -m pytest tests/journeys -q $(ARGS)

.PHONY: coverage
coverage: setup-test ## Run the tests and say which lines none of them reached
	$(PYTHON) -m pytest $(SIDE_BY_SIDE) --cov --cov-report=term $(ARGS)

.PHONY: setup
setup: .venv/.stamp-run ## Install what the portal needs to run

.PHONY: setup-test
setup-test: .venv/.stamp-test ## Install what the tests need as well

.PHONY: setup-bench
setup-bench: .venv/.stamp-bench ## Install what measuring needs as well

.venv/.stamp-run: requirements.txt $(ANYWHERE)
	@scripts/setup run
	@touch $@

.venv/.stamp-test: requirements-dev.txt scripts/packages-test.txt $(ANYWHERE)
	@scripts/setup test
	@touch $@ .venv/.stamp-run

.venv/.stamp-bench: requirements.txt scripts/packages-bench.txt $(ANYWHERE)
	@scripts/setup bench
	@touch $@ .venv/.stamp-run

# The locks record hashes and no addresses: each machine fetches from the registry it is set up
# for. One version of everything, whatever the Python, so that what is tested is what runs.
COMPILE := .venv/bin/uv pip compile pyproject.toml --no-config --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" --quiet $(UPGRADE)

.PHONY: lock
lock: ## Write the locks again from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	$(COMPILE) --extra demo --extra setup --output-file requirements.txt
	$(COMPILE) --extra demo --extra setup --extra dev --constraint requirements.txt \
		--output-file requirements-dev.txt
