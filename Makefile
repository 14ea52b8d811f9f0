# Two commands do everything: `make demo` and `make test`. Both make .venv first if it is missing.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEVELOPER_READY := $(VENV)/.ready-developer
NODE_READY := node_modules/.ready
APT := apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends
# Exactly the files whose hashes the locks name, and nothing that they do not name.
INSTALL := $(BIN)/python -m pip install --quiet --progress-bar on --disable-pip-version-check --require-hashes --no-deps
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--excludes requirements/left_out.txt --no-emit-package torch

.PHONY: help setup developer demo serve test test-fast check bench docs screenshots load schemathesis extras lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(READY): pyproject.toml requirements/users.lock requirements/torch.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: https://www.python.org/downloads/"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing (a few minutes the first time) ..."
	$(INSTALL) -r requirements/torch.lock
	$(INSTALL) -r requirements/users.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

$(DEVELOPER_READY): $(READY) requirements/developers.lock
	$(INSTALL) -r requirements/developers.lock
	touch $(DEVELOPER_READY)

setup: $(READY)  ## make .venv and install what the program needs
developer: $(DEVELOPER_READY)  ## install what tests and checks need besides

demo: $(READY)  ## take in the sample documents and ask them four questions
	$(BIN)/kb demo

serve: $(READY)  ## start the service; its pages are at http://localhost:8300
	$(BIN)/kb serve

test: $(DEVELOPER_READY)  ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: $(DEVELOPER_READY)  ## run the tests that are quick: every room in under a minute
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

$(NODE_READY): package.json package-lock.json
	@command -v npm >/dev/null || { echo "make check needs Node.js with npm, to check the types of the pages' modules: https://nodejs.org (Debian: apt-get install nodejs npm)"; exit 1; }
	npm ci --no-audit --no-fund
	touch $(NODE_READY)

check: $(DEVELOPER_READY) $(NODE_READY)  ## lint, types (Python and the pages' modules), floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	node_modules/.bin/tsc -p jsconfig.json
	$(BIN)/lint-imports import-contracts.toml

bench: $(READY)  ## measure speed, search and answers on the samples
	$(BIN)/kb eval bench

load: $(DEVELOPER_READY)  ## let 50 people ask for five minutes, without and with an intake of files
	$(BIN)/python -m tests.load --data var/load

schemathesis: $(DEVELOPER_READY)  ## call every operation of the API with many inputs, others each time
	SCHEMATHESIS_EXAMPLES=50 $(BIN)/python -m pytest tests/assistant/api/test_openapi.py

extras: $(DEVELOPER_READY)  ## what some checks need besides: browser, Node.js, iproute2 (Debian, as root), a small language model, its server
	command -v chromium >/dev/null || { $(APT) chromium fonts-noto-cjk; }
	command -v npm >/dev/null || { $(APT) nodejs npm; }
	command -v ip >/dev/null || { $(APT) iproute2; }
	command -v unshare >/dev/null || { $(APT) util-linux; }
	$(INSTALL) -r requirements/extras.lock
	$(MAKE) $(NODE_READY)

docs: $(DEVELOPER_READY)  ## write the lists of settings, commands and routes in docs/
	$(BIN)/python docs/reference.py

screenshots: $(DEVELOPER_READY)  ## take the pictures in docs/screenshots
	$(BIN)/python docs/screenshots/make.py

lock: $(DEVELOPER_READY)  ## write the locks after a change of pyproject.toml; UPGRADE=--upgrade takes the newest releases
	$(LOCK) $(UPGRADE) --extra eval pyproject.toml -o requirements/users.lock
	$(LOCK) $(UPGRADE) --extra eval --extra dev -c requirements/users.lock pyproject.toml -o requirements/developers.lock
	$(LOCK) $(UPGRADE) --no-deps requirements/extras.in -o requirements/extras.lock

clean:  ## remove what was installed; the data stays where `kb settings` says it is
	rm -rf $(VENV) node_modules
