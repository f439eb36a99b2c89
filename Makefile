# `make run` and `make test` need nothing but Python >= 3.11 and make.
# Tests of the cluster also want Go and openssl, and say so where they are missing.

VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CANDIDATES := python3.13 python3.12 python3.11 python3
# a name on the PATH may be a shim that does not run: ask it
PYTHON ?= $(shell for python in $(CANDIDATES); do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$python; break; }; \
	done)

.PHONY: run test check format benchmark clean

run: $(INSTALLED)
	$(BIN)/tiphys run examples/digits.py main

test: $(INSTALLED)
	$(BIN)/python -m pytest $(ARGS)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmark: $(INSTALLED)
	$(BIN)/python benchmarks/run.py $(ARGS)

$(INSTALLED): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python >= 3.11 with venv is needed; tried: $(CANDIDATES)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
