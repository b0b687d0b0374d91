# AgentCluster: `make up` starts everything, `make test` checks everything. `make help` lists the rest.
# Needs Python 3.11 or newer and make; everything else comes from the lock files.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
UV := .toolchain/uv/bin/uv
export PYTHONUNBUFFERED := 1
export UV_NO_PROGRESS := 1
with_browser = browser="$$($(PY) -m tests.e2e.browser)" && CHROMIUM="$$browser" BROWSER_PATH="$$browser"
say = @printf '\033[1m» %s\033[0m\n'
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11

.PHONY: help up test lint format frontend check-frontend test-python test-browser faults soak bench bench-rivals bench-retention lock repair clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

up: $(VENV)/.runtime frontend ## Start AgentCluster (PORT=8000, AGENTCLUSTER_HOME=./data)
	@exec $(PY) -m agentcluster.up

test: lint check-frontend test-python test-browser ## Run every check and every test

lint: $(VENV)/.dev ## Check style, types and the direction of imports
	$(say) "ruff"
	@$(VENV)/bin/ruff check --quiet . && $(VENV)/bin/ruff format --quiet --check .
	$(say) "mypy"
	@$(VENV)/bin/mypy
	$(say) "import-linter"
	@$(VENV)/bin/lint-imports

format: $(VENV)/.dev ## Format the Python code and the front end
	@$(VENV)/bin/ruff check --quiet --fix . && $(VENV)/bin/ruff format --quiet .
	@$(PY) deploy/frontend.py run format

frontend: $(VENV)/.runtime ## Build the page (only when its sources changed)
	@$(PY) deploy/frontend.py build

check-frontend: $(VENV)/.dev ## Lint, type-check, test and build the page
	$(say) "front end"
	@$(PY) deploy/frontend.py run check
	@$(PY) deploy/frontend.py run test
	@$(PY) deploy/frontend.py build

test-python: $(VENV)/.dev ## Run the tests that are not driven through a browser
	$(say) "pytest: unit, contract, integration, architecture, deploy"
	@$(with_browser) $(PY) -m pytest -q -n 3 --dist loadfile tests --ignore=tests/e2e --ignore=tests/faults $(ARGS)
	$(say) "pytest: faults"
	@$(PY) -m pytest -q -n 3 --dist loadgroup -m "not long" tests/faults $(ARGS)

test-browser: $(VENV)/.dev frontend ## Run the tests in a real browser
	$(say) "pytest: browser"
	@$(with_browser) $(PY) -m pytest -q tests/e2e $(ARGS)

faults: $(VENV)/.dev ## Let every fault happen and write the table into docs/reliability.md (REPEAT=1)
	@results="$$(mktemp)"; trap 'rm -f "$$results"' EXIT; \
		for round in $$(seq $${REPEAT:-1}); do FAULTS_RESULTS="$$results" $(PY) -m pytest -q tests/faults $(ARGS) || exit 1; done; \
		$(PY) -m tests.faults.table "$$results"

soak: $(VENV)/.dev ## Let random faults happen for a while (MINUTES=10, SEED= repeats one)
	@$(PY) -m tests.faults.soak --minutes $${MINUTES:-10} $${SEED:+--seed $$SEED} $(ARGS)

bench: $(VENV)/.dev ## Measure speed and memory, against a Celery chain and the rivals that are installed
	@$(PY) -m bench $(ARGS)

bench-rivals: .toolchain/rivals/.installed ## Install what `make bench` compares with (docs/performance.md)

bench-retention: $(VENV)/.dev ## Let 100,000 runs end and watch Redis stay flat (two minutes)
	@$(PY) -m bench.retention $(ARGS)

lock: $(UV) ## Write the lock files anew from pyproject.toml and deploy/*.in
	@$(COMPILE) $(ARGS) pyproject.toml -o requirements.lock
	@$(COMPILE) $(ARGS) pyproject.toml --group dev -o requirements-dev.lock
	@$(COMPILE) $(ARGS) deploy/uv.in -o requirements-uv.lock
	@$(COMPILE) $(ARGS) deploy/node.in -o requirements-node.lock
	@$(COMPILE) $(ARGS) bench/rivals/rivals.in -o requirements-bench.lock

repair: $(VENV)/.runtime ## Repair a damaged run log in the data folder (a copy is kept)
	@exec $(PY) -m agentcluster.up.repair

clean: ## Remove what was built (never the data folder)
	rm -rf $(VENV) .toolchain frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# --- The environment: uv from its own lock, then the lock files; only when they changed.

$(UV): requirements-uv.lock
	@test -n "$(PYTHON)" || { echo "AgentCluster needs Python 3.11 or newer. On Debian: apt-get install python3 python3-venv"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { v=$$("$(PYTHON)" -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
		echo "$$v cannot make virtual environments. On Debian: apt-get install $$v-venv"; exit 1; }
	$(say) "uv, for a locked environment"
	@rm -rf .toolchain/uv .toolchain/pip && "$(PYTHON)" -m venv .toolchain/pip
	@.toolchain/pip/bin/python -m pip install -qq --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
		--target .toolchain/uv -r requirements-uv.lock
	@rm -rf .toolchain/pip && touch $@

$(PY): $(UV)
	@test -x $@ || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.lock | $(PY)
	@if [ $(VENV)/.dev -nt requirements-dev.lock ] && [ $(VENV)/.dev -nt requirements.lock ]; then :; else \
		printf '\033[1m» Python packages\033[0m\n'; $(UV) pip sync --quiet --python $(PY) --require-hashes requirements.lock; fi
	@ln -sf ../../bin/agent-coordinator $(VENV)/bin/agent-coordinator
	@touch $@

.toolchain/rivals/.installed: requirements-bench.lock bench/rivals/restate/package-lock.json | $(PY)
	$(say) "Packages of the rivals, in environments of their own"
	@test -x .toolchain/rivals/venv/bin/python || $(UV) venv --quiet --python $(PY) .toolchain/rivals/venv
	@$(UV) pip sync --quiet --python .toolchain/rivals/venv/bin/python --require-hashes requirements-bench.lock
	@rm -rf .toolchain/rivals/restate && cp -R bench/rivals/restate .toolchain/rivals/restate
	@cd .toolchain/rivals/restate && npm install --no-save --loglevel=error || echo "Restate is left out: npm cannot install it."
	@touch $@

$(VENV)/.dev: requirements-dev.lock requirements.lock | $(PY)
	$(say) "Python packages, with those for tests"
	@$(UV) pip sync --quiet --python $(PY) --require-hashes requirements-dev.lock
	@ln -sf ../../bin/agent-coordinator $(VENV)/bin/agent-coordinator
	@touch $@ $(VENV)/.runtime
