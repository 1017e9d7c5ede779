# Tests and measurements. "make check" is the one gate; it installs what is missing.

# Debian's python3 has pytest; another one on the PATH may not.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
BENCH_SRC := $(wildcard tests/bench/*.c)

PROGRAM_LIBS := $(B)/libdaemon.a $(B)/libcli.a

$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(PROGRAM_LIBS) $(LIBS)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(PROGRAM_LIBS) $(LINK_LIBS) -lcmocka

.PHONY: unit
unit: $(UNIT_BIN)
	@tools/run-unit.sh $(UNIT_BIN)

unit-%: $(B)/tests/unit/test_%
	$<

$(B)/tests/bench/%: $(B)/tests/bench/%.o $(PROGRAM_LIBS) $(LIBS)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(PROGRAM_LIBS) $(LINK_LIBS)

# Preloaded into the programs by the tests of failing machines.
$(B)/tests/faults/%.so: tests/faults/%.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O2 -fPIC -shared -o $@ $<

.PHONY: faults
faults: $(patsubst %.c,$(B)/%.so,$(wildcard tests/faults/*.c))

# Whole programs against servers on loopback. They wait more than they work, so several run at once.
SCENARIO_JOBS ?= 6
.PHONY: scenario
scenario: all faults
	PRESSWATCH_BIN=$(abspath $(B)) $(PYTHON) -m pytest -q -n $(SCENARIO_JOBS) --dist load tests/scenario $(PROMISES:%=--ignore=%)

# Hostile servers and failing machines: apart from the others, because their figures are times and memory; they wait nearly all
# the time, so some of them run at once.
PROMISES := $(addprefix tests/scenario/,test_hostile.py test_crash.py test_receivers.py)
.PHONY: promises
promises: all faults
	PRESSWATCH_BIN=$(abspath $(B)) $(PYTHON) -m pytest -q -n 3 --dist load $(PROMISES)

# Every promise with its whole figures: some twenty minutes. One line a promise, and a table at the end.
.PHONY: soak
soak: all faults
	@tools/deps.sh test
	$(MAKE) VARIANT=asan all faults
	@PRESSWATCH_SOAK=1 PRESSWATCH_BIN=$(abspath $(B)) PRESSWATCH_ASAN=$(abspath build/asan) PYTHON=$(PYTHON) tools/soak.sh

# Tests of what the programs are made of, and the programs with their workers, under valgrind: a chosen set, because it is twenty
# times slower.
VALGRIND_UNITS ?= buf digest store_put store_events store_outbox inflate http sink_webhook url json
VALGRIND_TESTS ?= $(addprefix tests/scenario/,test_import.py test_upgrade.py test_main_job.py test_delivery.py test_history.py test_reextract.py)
.PHONY: valgrind
valgrind: all faults $(VALGRIND_UNITS:%=$(B)/tests/unit/test_%)
	@VALGRIND_TESTS="$(VALGRIND_TESTS)" tools/valgrind.sh $(B) $(VALGRIND_UNITS)

.PHONY: golden regen-golden
golden: all
	$(PYTHON) tests/golden/golden.py --bin $(B)
regen-golden: all
	$(PYTHON) tests/golden/golden.py --bin $(B) --regen

.PHONY: check-layers check-headers check-style check-man
check-layers:
	@tools/check-layers.sh
check-headers:
	@tools/check-headers.sh $(CC) $(ALL_CPPFLAGS)
check-style:
	@tools/check-style.sh
check-man:
	@mandoc -Tlint -W warning docs/*.[158] && echo "man: nothing to say"

# The gate. Steps run one after the other, all of them, and the last line sums up.
.PHONY: check
check:
	@tools/deps.sh test
	@MAKE="$(MAKE)" tools/check.sh

.PHONY: deps
deps:
	@tools/deps.sh test

.PHONY: demo
demo:
	@tools/deps.sh build
	@$(MAKE) --no-print-directory -s -j2 all
	@PRESSWATCH_BIN=$(abspath $(B)) $(PYTHON) tools/demo.py

# The time-lapse sites: the whole chain against real sites as they changed.
.PHONY: acceptance
acceptance: all
	@PRESSWATCH_BIN=$(abspath $(B)) tools/acceptance.sh

# Fuzzing: every target for MINUTES (of CPU) on its corpus.
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(patsubst %.c,$(B)/%,$(FUZZ_SRC))
MINUTES ?= 1
ifeq ($(VARIANT),fuzz)
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/libdaemon.a $(LIBS)
	$(CXX) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(B)/libdaemon.a $(LINK_LIBS)
.PHONY: fuzz
fuzz: $(FUZZ_BIN)
	@tools/run-fuzz.sh $(MINUTES) $(FUZZ_BIN)
else
.PHONY: fuzz
fuzz:
	$(MAKE) VARIANT=fuzz fuzz MINUTES=$(MINUTES)

# Every corpus once, without a fuzzer: what was found stays mended.
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(B)/libdaemon.a $(LIBS)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(B)/tests/fuzz/replay.o $(B)/libdaemon.a $(LINK_LIBS)
.PHONY: corpora
corpora: $(FUZZ_BIN)
	@tools/run-corpora.sh $(FUZZ_BIN)
endif

.PHONY: coverage
coverage:
	$(MAKE) VARIANT=coverage all unit
	-PRESSWATCH_BIN=$(abspath build/coverage) PRESSWATCH_TEST_PATIENCE=60 $(PYTHON) -m pytest -q -n 2 tests/scenario
	@tools/coverage.sh build/coverage

-include $(patsubst %.c,$(B)/%.d,$(UNIT_SRC) $(BENCH_SRC) $(FUZZ_SRC) tests/fuzz/replay.c)

# Figures, beside floors and goals, in one run each; they need the shared data and say so where it is absent.
.PHONY: bench-extract bench-find
bench-extract: all $(B)/tests/bench/extract_manifest
	@$(PYTHON) tests/bench/bench_extract.py --bin $(B)
bench-find: all $(B)/tests/bench/find_driver
	@for kind in listing feed sitemap; do $(PYTHON) tests/bench/find.py $(B)/tests/bench/find_driver --kind $$kind | tail -n 12; done
	@$(PYTHON) tests/bench/find_cases.py $(B)/tests/bench/find_driver

include $(wildcard tests/bench/bench.mk)
