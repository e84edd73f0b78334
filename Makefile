# Vigie needs Python 3.11 or newer and make; everything else it brings along into .venv.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-lock
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for name in $(CANDIDATES); do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
DATA ?=
BENCH ?=
SEEDS ?= 8

.DEFAULT_GOAL := help
.PHONY: help demo run test lint bench bench-matching bench-search attacks format migration lock clean

help: ## What there is to do
	@echo "Vigie: the debtor is named, the contributor never is."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Once made, every command is $(BIN)/vigie COMMAND; see $(BIN)/vigie --help."

demo: $(STAMP) ## A network with two years of history, in the browser (DATA=FOLDER: your own ledgers)
	@$(BIN)/vigie demo $(if $(DATA),--data "$(DATA)")

run: $(STAMP) ## An empty network: its first page makes you its operator
	@$(BIN)/vigie up

test: $(STAMP) ## All tests, on all cores
	@$(BIN)/pytest -n auto

lint: $(STAMP) ## Style, types, who may import whom, the image and the composition
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/hadolint --no-color Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

bench: $(STAMP) ## Speed as ratios within one run (BENCH=NAME for one, BENCH_SCALE=0.1 for smaller)
	@$(BIN)/python -m bench $(BENCH)

bench-matching: $(STAMP) ## How well and how fast names find their company, and other matchers on the same pairs
	@$(BIN)/python -m bench matching

bench-search: $(STAMP) ## Search through our port against the bare query, both engines, 100,000 and 1 million debtors
	@$(BIN)/python -m bench.search

attacks: $(STAMP) ## Try to find a contributor out; report in var/attacks/report.md (SEEDS=8, goes on after a stop)
	@$(BIN)/vigie attacks --seeds $(SEEDS)

format: $(STAMP) ## Put the code into its one form
	@$(BIN)/ruff check --fix --exit-zero
	@$(BIN)/ruff format

migration: $(STAMP) ## Draft a migration from the models (m="what changes")
	@$(BIN)/python -m network.migrations "$(m)"

lock: $(STAMP) ## Write requirements.lock anew from pyproject.toml
	@$(BIN)/pip install --quiet pip-tools
	@$(BIN)/pip-compile --quiet --allow-unsafe --extra=dev --generate-hashes --no-emit-find-links \
		--no-emit-index-url --no-emit-trusted-host --output-file=requirements.lock --strip-extras pyproject.toml

clean: ## Stop what runs and delete what was made; the network's data in var stays
	@if [ -x $(BIN)/vigie ]; then $(BIN)/vigie down; fi
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "Vigie needs Python 3.11 or newer, and found none. Install it (Debian: apt install python3 python3-venv)," >&2; \
		echo "or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@echo "Making $(VENV) with $(PYTHON); once, about a minute ..."
	@if [ ! -x $(BIN)/python ] && ! $(PYTHON) -m venv $(VENV); then \
		rm -rf $(VENV); echo "$(PYTHON) cannot make an environment. On Debian: apt install python3-venv" >&2; exit 1; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
