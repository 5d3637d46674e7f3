# Everything a contributor runs. `make demo` and `make test` need Python 3.11 or newer, Node 20 and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUNDLE := tensorboard_plugin_hidden/static/index.js
# Python keeps what it has compiled, whatever the environment says: many tests are processes that import PyTorch.
export PYTHONDONTWRITEBYTECODE :=
FRONTEND := $(shell find frontend/src -type f 2>/dev/null) frontend/vite.config.ts frontend/tsconfig.json

.PHONY: demo test test-slow test-python test-frontend check check-python check-frontend bench bundle dist clean

demo: .make/python $(BUNDLE)
	$(BIN)/hidden demo --logdir runs --then examples/three_faults.py --then examples/label_noise.py \
		--then examples/active_learning.py --then examples/merging.py

# Packages are fetched for Python while the front end is tested, which is a third of the waiting.
test:
	$(MAKE) --jobs=2 test-frontend .make/python
	$(MAKE) test-python

# What a browser draws is awaited in real time, so no more than two of those tests share the machine.
test-python: .make/python .make/browser $(BUNDLE)
	$(BIN)/pytest -m "not e2e and not slow" -n auto
	$(BIN)/pytest -m e2e -n 2

# What changes seldom and takes minutes: the research methods, approximate neighbours, which are compiled, what a Ray
# cluster does as processes do, and the wheel beside the lowest versions that it takes, which pip fetches.
test-slow: .make/python $(BUNDLE)
	$(BIN)/pytest -m slow -n auto $(SLOW)

test-frontend: .make/node .make/browser
	cd frontend && npm test

check: .make/python .make/node $(BUNDLE)
	$(MAKE) --jobs=2 check-python check-frontend

check-python: .make/python
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/vulture

check-frontend: .make/node $(BUNDLE)
	cd frontend && npm run check && npm run budget

bench: .make/python $(BUNDLE)
	$(BIN)/python -m benchmarks

bundle: $(BUNDLE)

dist: .make/python $(BUNDLE)
	$(BIN)/python -m build

clean:
	rm -rf .make $(VENV) build dist runs test-results frontend/node_modules tensorboard_plugin_hidden/static

$(BUNDLE): .make/node $(FRONTEND)
	cd frontend && npm run build
	@touch $@

# Constraints pin every package; torch 2.13.0 from them is the CPU build where there is one. Python compiles what is
# imported when it is: to compile all at once takes longer than everything else that pip does here.
.make/python: pyproject.toml setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt setuptools wheel
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --no-build-isolation --editable ".[dev]"
	@mkdir -p $(@D) && touch $@

.make/node: frontend/package.json frontend/package-lock.json
	cd frontend && npm ci --ignore-scripts --no-audit --no-fund
	@mkdir -p $(@D) && touch $@

.make/browser:
	sh scripts/install_browser.sh
	@mkdir -p $(@D) && touch $@
