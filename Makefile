# Two commands: `make demo` and `make test`. Each needs only git, make and Python 3.11 or newer.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
# The longest stand first, in e2e and integration: as they are collected, not by their number.
PYTEST_ARGS ?= -n auto --dist loadfile --no-loadscope-reorder
# Each command of the demo is a process of its own: without bytecode each would compile scikit-learn anew.
unexport PYTHONDONTWRITEBYTECODE

# Real workflow runs and the workflow linter; from the module proxy, checked against Go's checksum database.
ACT := github.com/nektos/act@v0.2.89
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: help demo test check lint types format lock schemas tools engines scorers allowed pin clean

help: ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/'

$(READY): requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; install one, or say which: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "make: $(PYTHON) cannot make environments; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## play the whole story on real data, in one terminal
	@$(BIN)/python examples/play.py

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: lint types ## lint and types

lint: $(READY) ## ruff: lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	$(BIN)/mypy

format: $(READY) ## let ruff format and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY) ## work out requirements/*.txt anew
	requirements/lock.sh

schemas: $(READY) ## write schemas/*.json anew from the types
	$(BIN)/modelbout schema --write schemas

tools: $(READY) ## install act and actionlint for the tests of whole workflows; needs Go 1.25 or newer
	@command -v go > /dev/null || { echo "make: no Go found; without it these tests are skipped: https://go.dev/dl"; exit 1; }
	GOBIN=$(CURDIR)/.venv/tools go install $(ACT)
	GOBIN=$(CURDIR)/.venv/tools go install $(ACTIONLINT)

engines: $(READY) ## install Spark, Dask and the PostgreSQL client for the tests of the engines; Spark needs Java 17 or newer
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/engines.txt
	@command -v java > /dev/null || echo "make: no Java found; without it the tests with Spark are skipped: apt-get install openjdk-17-jre-headless"

scorers: $(READY) ## install ONNX, XGBoost, LightGBM, CatBoost and MLflow for the tests of their models
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/scorers.txt

allowed: $(READY) ## ask each scikit-learn which types its models hold; writes src/modelbout/training/allowed_types.json
	@$(BIN)/python .ci/types

pin: ## write the pinned commits into every workflow and page; SHA=<commit> moves our own first
	@$(PYTHON) .ci/pin $(SHA)

clean: ## remove what make made
	rm -rf .venv demo-run
