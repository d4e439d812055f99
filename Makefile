# Two commands: `make demo` shows what the linter finds in examples/, `make test` passes the tests.
# Each makes its own virtual environment in .venv and needs nothing but Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-truth lint typecheck check docs bench clean

demo: .venv/demo
	$(BIN)/db-sage-lint check --exit-zero examples/migrations

test: .venv/test
	$(BIN)/python -m pytest -n auto --dist loadgroup --servers embedded tests

# On real servers of every major version, which are fetched the first time (60 MB each); SERVERS=13,18 is for some.
SERVERS ?= all
test-truth: .venv/test
	$(BIN)/python -m pytest -n auto --dist loadgroup --servers $(SERVERS) tests/truth tests/expressions

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

typecheck: .venv/test
	$(BIN)/mypy

check: lint typecheck test

docs: .venv/test
	UPDATE_README=1 $(BIN)/python -m pytest tests/sources/test_late.py tests/test_readme.py

bench: .venv/test
	$(BIN)/python benchmarks/speed.py

.venv/demo: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/test: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ .venv/demo

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
