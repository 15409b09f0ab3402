# make demo  the way from sample captures to a verified corpus      make test  the tests
# Everything is installed into .venv, which is made when it is first needed, and again when pyproject.toml has changed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
CORPUS := demo/corpus

SECONDS := 3600

.PHONY: help demo test lint bench compare dumps torture fuzz clean

help:
	@echo "make demo   install, convert the sample captures, show what became of each, trace one, verify all"
	@echo "make test   install and run the tests"
	@echo "make lint   ruff and mypy"
	@echo "make bench  scores, speed and memory on the bench pages, where you have them: BENCH=FOLDER"
	@echo "make compare  beside other extractors, with weights that have not seen the sites of the pages, as Markdown"
	@echo "make torture  200 runs, killed at random moments and resumed, against an undisturbed one"
	@echo "make fuzz   an hour for each reader, decoder and cleaner on inputs that nobody thought of: SECONDS=3600"
	@echo "make clean  remove .venv, demo and caches"

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/made pyproject.toml
	$(PIP) -e .
	@touch $@

$(VENV)/installed-%: $(VENV)/made pyproject.toml
	$(PIP) -e '.[$*]'
	@touch $(VENV)/installed $@

# pip before 24 stops with an assertion where two libraries both want lxml[html_clean]
$(VENV)/installed-compare: $(VENV)/made pyproject.toml
	$(PIP) --upgrade 'pip>=24'
	$(PIP) -e '.[compare]'
	@touch $(VENV)/installed $@

demo: $(VENV)/installed
	rm -rf demo
	@echo
	@echo '$$ archive convert tests/samples -o $(CORPUS)'
	@$(BIN)/archive convert tests/samples -o $(CORPUS); code=$$?; \
	  if [ $$code -eq 1 ]; then echo "exit code 1: some input is damaged, as it should be here; the rest is in the corpus"; \
	  else exit $$code; fi
	@echo
	@$(BIN)/python tests/show_demo.py $(CORPUS)
	@echo
	@id=$$($(BIN)/python tests/show_demo.py $(CORPUS) --id) && echo "\$$ archive trace $(CORPUS) $$id" && \
	  $(BIN)/archive trace $(CORPUS) $$id
	@echo
	@echo '$$ archive verify $(CORPUS)'
	@$(BIN)/archive verify $(CORPUS)

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: $(VENV)/installed-lint
	$(BIN)/ruff check .
	$(BIN)/mypy

define have_bench
	@if [ ! -d "$(BENCH)" ]; then \
	  echo "The bench pages are their publishers', and no part of this project. Where you have them: make $@ BENCH=FOLDER"; \
	  exit 1; fi
endef

bench: $(VENV)/installed-compare
	$(have_bench)
	mkdir -p demo
	$(BIN)/python -m archive.training.compare $(BENCH)
	$(BIN)/python $(BENCH)/bench.py speed
	cd demo && ../$(BIN)/python $(abspath $(BENCH))/measure.py --docs 116 -- sh -c \
	  'rm -rf bench && ../$(BIN)/archive convert $(abspath $(BENCH))/html/fundus_dev.warc.gz -o bench --quiet'

torture: $(VENV)/installed-test
	$(BIN)/python -m tests.torture --runs 200 $(ARGS)

fuzz: $(VENV)/installed-test
	$(BIN)/python -m tests.fuzz all --seconds $(SECONDS) $(ARGS)

compare: $(VENV)/installed-compare $(VENV)/installed-train
	$(have_bench)
	@$(BIN)/python -m archive.training.compare $(BENCH) --crossed

dumps: $(VENV)/installed-train
	$(have_bench)
	@$(BIN)/python -m archive.training $(BENCH) --dumps --evaluate

clean:
	rm -rf $(VENV) demo build dist .fuzz .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find archive tests -name __pycache__ -type d -prune -exec rm -rf {} +
