# The two commands a newcomer needs are `make run` and `make test`. Needs make and Python 3.11+; nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     ?= uv

SCENARIO ?= stolen-car
SPEED    ?= 10

.PHONY: run test lint console load lock clean

# Plays a scenario over real sockets, with the operators' page; HEADLESS=1 plays it to the end without one, HUMAN=1
# leaves the alerts to whoever sits at the page.
run: $(VENV)/runtime
ifdef HEADLESS
	$(BIN)/twin run $(SCENARIO) --wire --speed 30
else
	-$(BIN)/python -m center.console.build
	$(BIN)/twin run $(SCENARIO) --wire --speed $(SPEED) --page $(if $(HUMAN),--human)
endif

# Three workers on two cores: many tests wait for a process, a socket or a page. A module stays with one worker, who makes
# what its tests share once; the longest begin (tests/order.py). In the end the slowest twenty are named.
test: $(VENV)/dev
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=20

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Operators and telephones from Locust against a center under the twin's feeds; the report is out/load.html.
load: $(VENV)/dev
	$(BIN)/python -m benchmarks.load $(if $(QUICK),--quick)

console: $(VENV)/runtime
	$(BIN)/python -m center.console.build

$(VENV)/runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is `$(PYTHON) --version`. Try make PYTHON=python3.12"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev: $(VENV)/runtime requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# Locks are for every platform and Python at once and hold no registry's address.
lock:
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group build pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) out
