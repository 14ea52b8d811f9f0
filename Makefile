# Two commands do everything: `make demo` and `make test`. Both make .venv first if it is missing.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export KB_DATA ?= $(CURDIR)/var/data

.PHONY: help setup demo test check bench clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(READY): pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: https://www.python.org/downloads/"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@echo "Installing (a few minutes the first time) ..."
	$(BIN)/python -m pip install --quiet --progress-bar on -e '.[dev]'
	touch $(READY)

setup: $(READY)  ## make .venv and install

demo: $(READY)  ## take in the sample documents and ask them four questions
	$(BIN)/kb demo

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest

check: $(READY)  ## lint, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## measure speed, search and answers on the samples
	$(BIN)/kb eval bench

clean:  ## remove .venv and the demo's data
	rm -rf $(VENV) var
