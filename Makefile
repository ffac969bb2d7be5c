# The commands of Dandelion. `make` lists them. What they do is written in deploy/ and tests/ (Python);
# only the step that brings Python itself to a bare machine is shell.

PORT ?= 8080
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 20
PYTHON := /usr/bin/python3
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
CMAKE := cmake -S . -G Ninja -DPython3_EXECUTABLE=$(PYTHON) --log-level=NOTICE
export PORT JOBS FUZZ_SECONDS
.NOTPARALLEL:

.PHONY: help run start stop status reset build check test asan fuzz bench bare format lint clean \
	programs packages packages-build packages-run packages-test new-service \
	format-check check-includes check-size check-banned check-headers check-languages check-docs check-wire check-sql wire-lock

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# -- running ----------------------------------------------------------------------------------------------

run: packages-run programs ## run everything here in the foreground, on PORT (8080); Ctrl-C stops it
	@exec $(PYTHON) -m deploy run
start: packages-run programs ## the same in the background
	@$(PYTHON) -m deploy start
stop: ## stop what runs here
	@$(PYTHON) -m deploy stop
status: ## say what runs here
	@$(PYTHON) -m deploy status
reset: ## remove all data of this clone (var/); refuses while it runs
	@$(PYTHON) -m deploy reset

# -- building ---------------------------------------------------------------------------------------------

build: packages-build build/build.ninja ## build everything into build/
	@ninja -C build -j $(JOBS) --quiet
programs: build/build.ninja
	@ninja -C build -j $(JOBS) --quiet programs
build/build.ninja:
	@$(CMAKE) -B build
clean: ## remove what was built
	@rm -rf build build-asan build-fuzz

$(PYTHON):
	@$(SUDO) apt-get update -q
	@$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3
packages-build: | $(PYTHON)
	@$(PYTHON) -m deploy packages build
packages-run: | $(PYTHON)
	@$(PYTHON) -m deploy packages build run
packages: packages-test ## install the Debian packages that building, running and testing need
packages-test: | $(PYTHON)
	@$(PYTHON) -m deploy packages build run test

# -- testing ----------------------------------------------------------------------------------------------

check: packages-test ## build, unit tests and quick checks: seconds
	@$(PYTHON) -m tests check
test: packages-test ## every test and check there is; ends with "N passed, N failed"
	@$(PYTHON) -m tests all
asan: packages-test ## build with AddressSanitizer and UBSan, run the tests under them
	@$(PYTHON) -m tests asan
fuzz: packages-test ## run each fuzz target for FUZZ_SECONDS (20)
	@$(PYTHON) -m tests fuzz
lint: packages-test ## clang-tidy and cppcheck on what changed
	@$(PYTHON) -m tests lint
bench: packages-test build ## measure, as ratios to what PostgreSQL and others do
	@$(PYTHON) -m tests.bench
bare: | $(PYTHON) ## prove the two commands on a bare Debian 12 (as root)
	@$(PYTHON) -m tests.bare
format: packages-test ## format the C code
	@$(PYTHON) -m tests.checks.format --fix
format-check check-includes check-size check-banned check-languages check-docs: packages-test
	@$(PYTHON) -m tests.checks.$(or $(word 2,$(subst -, ,$(filter check-%,$@))),format)
check-headers check-wire check-sql: packages-test build
	@$(PYTHON) -m tests.checks.$(word 2,$(subst -, ,$@))
wire-lock: packages-test build ## publish what is new in the contract: adds it to proto/wire.lock
	@$(PYTHON) -m tests.checks.wire --update

new-service: packages-test ## make a daemon that builds and passes: make new-service NAME=x
	@$(PYTHON) -m deploy.template $(NAME)
	@$(MAKE) --no-print-directory wire-lock
