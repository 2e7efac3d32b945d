# Two commands on a fresh machine: `make plan` runs the main job, `make test` passes the whole test suite.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TARGET ?= [Au25(PET)18]-

.PHONY: plan test lint bench clean

plan: $(VENV)/.core
	@mkdir -p plans
	$(BIN)/superatom plan "$(TARGET)" --html plans/plan.html --csv plans/first_experiments.csv
	@echo "Report: $(CURDIR)/plans/plan.html"

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/table.py

clean:
	rm -rf $(VENV) plans

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@
