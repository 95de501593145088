# make demo | test | lint | unit | emulate | keyring | bench | clean
# Needs python3 (3.11 or newer) and make; everything else is installed into .venv.

PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
READY := .venv/.ready
export PATH := $(BIN):$(PATH)

.PHONY: demo test lint unit emulate keyring bench clean

demo: $(READY)
	workflow/demo.sh

test: lint unit

lint: $(READY)
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	snakefmt --check rules workflow slack_wrapper/test/Snakefile

unit: $(READY)
	pytest -n 2 -m "not secret_service" tests

# The client suite against a third-party Slack server from npm.
emulate: $(READY)
	tests/emulate/run

# The password sources against a real GNOME Secret Service.
keyring: $(READY)
	tests/secret_service/run

bench: $(READY)
	python benchmarks/upload.py

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "python3 is older than 3.11; give another: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[demo]" --group dev
	touch $@

clean:
	rm -rf .build .snakemake results slack
