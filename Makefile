# Two commands matter: `make demo` tunes and diagnoses a real model here, `make test` runs every test.
# Both only need Python 3.11+ and make; everything else goes into .venv, with exact, hashed versions.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
AWS_CLI := .venv/aws-cli/.ready
STUDIO := .venv/studio
IMAGE := .venv/image

# Tests start many processes: without bytecode each one would compile everything again.
export PYTHONDONTWRITEBYTECODE =
# They share the processors: numpy's threads would only be in each other's way.
export OMP_NUM_THREADS = 1

.PHONY: env demo test thorough fuzz docker browser studio lint lock clean

env: $(READY) $(AWS_CLI)

$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "smtune needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear .venv || { echo "the venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

# The tests read the local engine with the AWS CLI, too. It pins libraries of its own, so it has a home of its own.
$(AWS_CLI): requirements/awscli.txt $(READY)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(@D)
	$(BIN)/uv pip install --quiet --python $(@D)/bin/python --require-hashes -r requirements/awscli.txt
	touch $@

demo: $(READY)
	$(BIN)/smtune run templates/quickstart/spec.yaml --local

# Three at a time, though two cores are enough: now and then, a test waits for a process.
test: env lint
	$(BIN)/pytest -n 3 --dist worksteal
	$(MAKE) --no-print-directory thorough fuzz docker browser studio

# Two thousand generated requests, there and back; the properties on all of their examples, where the suite above tries
# a fourth of them (tests/support/examples.py); and the quickstart just as it is.
thorough: env
	$(BIN)/pytest -n 4 --dist worksteal -q -m "thorough or hypothesis" --hypothesis-profile thorough

# Hostile input for a minute; another seed, other inputs: make fuzz FUZZ="--seed 7 --seconds 600"
FUZZ ?= --seconds 60
fuzz: env
	PYTHONPATH=tests $(BIN)/python -m fuzz $(FUZZ)

# Training jobs in real containers, on images that are made of this machine's files: no registry. Where Docker does not
# run, the script starts it if it may (never a second one), else the tests say why they are skipped; with CI=true they fail.
docker: env
	if $(BIN)/python infra/docker/engine.py; then \
		$(MAKE) --no-print-directory $(IMAGE)/.ready && $(BIN)/python infra/docker/images.py $(IMAGE); \
	fi
	$(BIN)/pytest -n 2 --dist worksteal -m docker tests/local/container

$(IMAGE)/.ready: requirements/image.txt $(READY)
	rm -rf $(@D)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --target $(@D) --compile-bytecode --require-hashes -r requirements/image.txt
	touch $@

# The report in chromium without a screen. Where there is none the tests say why they are skipped; with CI=true they fail.
browser: env
	$(BIN)/pytest -m browser tests/reporting

# The tests of smtune.sdk once more, on the SageMaker SDK that Studio has.
studio: $(STUDIO)/.ready
	$(STUDIO)/bin/pytest -p no:cacheprovider tests/sdk

$(STUDIO)/.ready: requirements/studio.txt pyproject.toml $(READY)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(STUDIO)
	$(BIN)/uv pip sync --quiet --python $(STUDIO)/bin/python --require-hashes requirements/studio.txt
	$(BIN)/uv pip install --quiet --python $(STUDIO)/bin/python --no-deps --no-build-isolation --editable .
	touch $@

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# After a change to the dependencies in pyproject.toml.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements/uv.in -o requirements/uv.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements/awscli.in -o requirements/awscli.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements/image.in -o requirements/image.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes pyproject.toml --extra xgboost --extra lightgbm --extra sandbox --extra container --extra serve --extra parquet --group dev -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --override requirements/studio-without.txt pyproject.toml --extra xgboost --extra sandbox --extra parquet requirements/studio.in -o requirements/studio.txt

clean:
	rm -rf .venv .smtune dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .fuzz
