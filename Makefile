# Chainrule's commands. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# What the benchmarks are held against lives apart: nothing of it is needed by the project.
PEERS := .venv-peers
# Looked up only when an environment is made: a second `make` starts nothing it doesn't need.
python = $$(PYTHON="$(PYTHON)" scripts/find_python.sh)
# Element-wise loops, made where there is a C compiler; without one everything works, more slowly. The last one made
# stands for both.
LOOPS := worker/backprop/compiled/loops_float64.so
# Two test processes: the suite is made for a machine of two cores.
JOBS ?= 2

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- environment: the markers are rebuilt when a lock changes, and then only

$(VENV)/.server: requirements/server.lock requirements/build.lock scripts/install.py
	@python=$(python) && echo "Installing Chainrule into $(VENV) with $$python ..." && \
		"$$python" scripts/install.py $(VENV) requirements/server.lock requirements/build.lock
	@touch $@

$(VENV)/.ready: requirements/dev.lock scripts/install.py
	@python=$(python) && echo "Installing Chainrule and its tools into $(VENV) with $$python ..." && \
		"$$python" scripts/install.py $(VENV) requirements/dev.lock
	@touch $(VENV)/.server $@

$(LOOPS): $(wildcard worker/backprop/compiled/*.c) scripts/compile_loops.py
	@python=$(python) && "$$python" scripts/compile_loops.py

$(PEERS)/.ready: requirements/peers.txt
	@python=$(python) && echo "Installing the peers of the benchmarks into $(PEERS) ..." && \
		"$$python" -m venv $(PEERS) && $(PEERS)/bin/pip install --quiet -r requirements/peers.txt
	@touch $@

.PHONY: install
install: $(VENV)/.ready $(LOOPS) ## Make .venv from the hashed lock, with all tools for development
	@:

# ---- using it

.PHONY: demo
demo: $(VENV)/.server $(LOOPS) ## Start everything, train on handwritten digits, predict, stop everything
	@$(BIN)/chainrule demo

.PHONY: up
up: $(VENV)/.server $(LOOPS) ## Start the service here and keep it running (Ctrl-C ends it)
	@$(BIN)/chainrule up

# ---- checking it

.PHONY: test
test: install ## Run the tests (without chaos and browser tests)
	$(BIN)/python -m pytest -n $(JOBS)

.PHONY: check
check: install ## Formatting, lint, types, import rule
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: install ## Format the code and apply the safe fixes of the linter
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: chaos
chaos: install ## Kill, freeze and starve real processes; ROUNDS=n for a longer campaign
	CHAINRULE_CHAOS_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -m chaos --timeout 900

.PHONY: browser
browser: install ## Drive the dashboard in a real Chromium
	$(BIN)/python -m pytest -m browser

.PHONY: bench
bench: install $(PEERS)/.ready ## Measure the job path beside its peers and print the ratios
	$(BIN)/python -m benchmarks $(or $(ROUNDS),3) $(PEERS)/bin/python

.PHONY: compose-check
compose-check: install ## Validate docker-compose.yml and run its commands without containers
	$(BIN)/python -m scripts.compose.rehearse

# ---- keeping it

.PHONY: lock
lock: ## Resolve pyproject.toml into requirements/*.lock again
	@python=$(python) && PYTHON="$$python" scripts/lock.sh

.PHONY: clean
clean: ## Remove the environment and everything the tools left
	rm -rf $(VENV) worker/backprop/compiled/*.so dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
