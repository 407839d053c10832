# One environment in .venv/, made from requirements.lock, serves every target.

.DEFAULT_GOAL := help
.PHONY: help book pdf test lab notebooks page mathjax screenshots links lock clean distclean

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed$(WITH:%=-%)
NODE_MODULES := tests/browser/node_modules/.package-lock.json
# Two extras are large and of use to few: `bench` to `python -m benchmarks`, `card` to the tests of a graphics card's
# kernels. WITH=card or WITH=bench,card installs them, too.
EXTRAS := book,cluster,dev,images,ledger
OLDEST_PYTHON := $(shell sed -n 's/^requires-python = ">=\([0-9.]*\).*/\1/p' pyproject.toml)

# Wheels in a local folder come first where pip is told of one. Elsewhere uv takes the build of torch (CPU or CUDA)
# that suits the machine.
ifneq ($(and $(PIP_FIND_LINKS),$(wildcard $(PIP_FIND_LINKS))),)
export UV_FIND_LINKS := $(PIP_FIND_LINKS)
else
export UV_TORCH_BACKEND ?= auto
endif

help:
	@echo "make book        build the book (HTML), executing what has changed"
	@echo "make pdf         print the built book as one PDF beside its pages, which link to it (needs Chromium)"
	@echo "make test        check the style, the types and the layers, test the library and every output of every chapter"
	@echo "make lab         open the laboratories and the chapters in JupyterLab"
	@echo "make notebooks   rebuild the notebooks of the chapters that have changed"
	@echo "make page        bundle the playground's modules into the file that pages load (needs npm)"
	@echo "make mathjax     bundle the parts of MathJax that the book uses (needs npm)"
	@echo "make screenshots take pictures of the built pages, light and dark, wide and narrow, to look at"
	@echo "make links       list the addresses outside the built book, and ask each whether it answers"
	@echo "make lock        renew requirements.lock (UPGRADE=--upgrade takes the newest versions)"
	@echo "make clean       remove what was built; make distclean: .venv as well"

book: $(INSTALLED)
	$(BIN)/jupyter-book build book/ --quiet -W --keep-going
	@echo "The book: $(CURDIR)/book/_build/html/index.html"

pdf: $(INSTALLED)
	$(BIN)/python book/pdf.py

test: $(INSTALLED) $(NODE_MODULES)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/pytest --nbval -n 2 --dist loadfile

lab: $(INSTALLED)
	$(BIN)/jupyter lab $(LAB_OPTIONS) --LabApp.default_url=/lab/tree/chapters/laboratories.ipynb book

notebooks: $(INSTALLED)
	$(BIN)/python book/execute.py

page: $(NODE_MODULES)
	$(PYTHON) tests/browser/bundle.py

mathjax: $(NODE_MODULES)
	node tests/browser/mathjax/bundle.mjs

screenshots: $(INSTALLED)
	$(BIN)/python tests/browser/screenshots.py

links: $(INSTALLED)
	$(BIN)/python book/links.py

# Every package stands with the hashes of its files, and with two exceptions. What only the CUDA builds of torch require
# is left out: it follows from torch where it is needed. And torch, torchvision and triton carry no hashes: their files
# come from PyPI, from PyTorch's index or from a local folder, with other bytes under the same version.
lock: $(INSTALLED)
	$(BIN)/uv pip compile --universal --all-extras --no-annotate --generate-hashes $(UPGRADE) \
	  --custom-compile-command "make lock" --quiet pyproject.toml -o requirements.lock
	sed -i.bak -E -e '/^(cuda-|nvidia-)/,/[^\]$$/d' \
	  -e '/^(torch|torchvision|triton)==/,/[^\]$$/{ /--hash/d; s/ \\$$//; }' requirements.lock && rm requirements.lock.bak

# uv checks every file against its hashes in the lock. It cannot also insist that there be some (`--require-hashes`), since
# torch and the project itself, a folder, have none; a test asserts that everything else installed has.
$(INSTALLED): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < tuple(map(int, "$(OLDEST_PYTHON)".split("."))))' || \
	  { echo "PYTHON: must be Python $(OLDEST_PYTHON) or newer, got $$($(PYTHON) --version 2>&1);" \
	         "name one, for example: make PYTHON=python$(OLDEST_PYTHON)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	sed -nE '/^(setuptools|uv)==/,/[^\]$$/p' requirements.lock > .venv/installer.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r .venv/installer.txt
	$(BIN)/uv pip install --python $(BIN)/python --verify-hashes -c requirements.lock --no-build-isolation \
	  -e '.[$(EXTRAS)$(WITH:%=,%)]'
	@touch $@

# For the tests in a browser, which say what is missing where this cannot be installed.
$(NODE_MODULES): tests/browser/package-lock.json
	@npm ci --prefix tests/browser --no-audit --no-fund || \
	  echo "npm or its packages are missing: the tests that need them will be skipped"

clean:
	rm -rf book/_build build dist *.egg-info .mypy_cache .pytest_cache .hypothesis
	find . \( -name __pycache__ -o -name .ruff_cache \) -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv tests/browser/node_modules
