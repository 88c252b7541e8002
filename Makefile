# Every target sets up what it needs; a second run reuses it. PYTHON chooses the interpreter that makes .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOAK ?= 100
PYODIDE := tests/pyodide/node_modules/.wheels
CHECKER = $$(test -e $(PYODIDE)/.made && echo --pyodide tests/pyodide/node_modules)
TEST := $(BIN)/python -m pytest -n 2 --dist loadfile

# Programs that pip cannot bring, each with its Debian package.
PROGRAMS := node:nodejs npm:npm chromium:chromium

.DEFAULT_GOAL := help
.PHONY: help demo test soak bench site pyodide clean

help: ## lists the targets
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(VENV)/.site pyodide ## installs payerbook, checks the sample claims, builds the reference site
	$(BIN)/payerbook check samples/batch-837p.x12 || [ $$? -eq 1 ]
	$(BIN)/payerbook check samples/claims.json || [ $$? -eq 1 ]
	$(BIN)/payerbook site --out site/build $(CHECKER)

test: $(VENV)/.dev pyodide ## everything that CI runs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/payerbook lint
	$(BIN)/payerbook schema --check
	$(TEST)

soak: $(VENV)/.dev ## the generated tests again and again with new examples; SOAK=100 rounds
	$(TEST) -m soak
	for seed in $$(seq $(SOAK)); do $(TEST) -m hypothesis --hypothesis-profile soak --hypothesis-seed $$seed || exit 1; done

bench: $(VENV)/.dev pyodide ## measures speed against yardsticks of the same run and writes docs/performance.md
	$(BIN)/python -m tests.bench

site: $(VENV)/.site pyodide ## builds the reference site into site/build
	$(BIN)/payerbook site --out site/build $(CHECKER)

pyodide: $(VENV)/.programs ## fetches Python for WebAssembly, for the claim checker and its tests
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(PYODIDE)/.made; else echo "npm is not installed: the browser test will be skipped"; fi

clean: ## removes everything that was made
	rm -rf $(VENV) tests/pyodide/node_modules site/build site/docs/rules build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(VENV)/.programs:
	@set -e; missing=; \
	for pair in $(PROGRAMS); do command -v $${pair%%:*} >/dev/null || missing="$$missing $${pair##*:}"; done; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	if [ -n "$$missing" ] && [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then apt-get update -qq; apt-get install -qq -y $$missing; fi; \
	mkdir -p $(VENV); touch $@

$(BIN)/python: | $(VENV)/.programs
	$(PYTHON) -m venv $(VENV)

$(VENV)/.site: pyproject.toml hatch_build.py | $(BIN)/python
	$(PIP) --editable '.[site]'
	@touch $@

$(VENV)/.dev: pyproject.toml hatch_build.py | $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $@

$(PYODIDE)/.made: tests/pyodide/package-lock.json tests/pyodide/requirements.txt | $(BIN)/python
	npm ci --silent --no-audit --no-fund --prefix tests/pyodide
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest $(PYODIDE) \
	  --implementation cp --python-version 3.14 --abi cp314 --platform pyemscripten_2026_0_wasm32 --requirement tests/pyodide/requirements.txt
	@touch $@
