# presswatch: one Makefile, not recursive; every variant has a folder of its own.
#   make                    presswatchd and presswatch in build/release/
#   make VARIANT=asan       the same under the address and undefined behaviour sanitizers
#   make demo | check       see README.md; both install missing Debian packages first
# CFLAGS, LDFLAGS, CC, PREFIX and DESTDIR belong to the person who builds.

VARIANT ?= release
FLAGS.release  := -O2 -g -D_FORTIFY_SOURCE=2
FLAGS.asan     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS.coverage := -O0 -g --coverage
FLAGS.fuzz     := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifndef FLAGS.$(VARIANT)
$(error VARIANT=$(VARIANT) is not one of release asan coverage fuzz)
endif
ifeq ($(VARIANT),fuzz)
CC  = clang
CXX = clang++
endif

B ?= build/$(VARIANT)
PREFIX     ?= /usr/local
SBINDIR    ?= $(PREFIX)/sbin
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
DOCDIR     ?= $(PREFIX)/share/doc/presswatch
SYSCONFDIR ?= /etc
UNITDIR    ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
VERSION := 0.1.0

PKGS := libcurl libxml-2.0 libevent libevent_pthreads sqlite3 icu-i18n icu-uc yaml-0.1 jansson \
	libzstd libcrypto libxxhash libsystemd libseccomp libpsl zlib
# Asked only where something is compiled, so that "make deps" works on a machine without them.
NEEDS_PKGS := $(filter-out deps demo check acceptance clean check-layers check-style help ci,$(or $(MAKECMDGOALS),all))
ifneq ($(NEEDS_PKGS),)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   := $(shell pkg-config --libs $(PKGS)) -lcld2
endif

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wformat=2 -Wvla -Wno-unused-parameter
ALL_CPPFLAGS = -I. -D_GNU_SOURCE -DPRESSWATCH_VERSION='"$(VERSION)"' $(PKG_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS   = -std=c11 $(WARN) -fstack-protector-strong -fPIE $(FLAGS.$(VARIANT)) $(CFLAGS)
ALL_CXXFLAGS = -std=c++17 -Wall -Wextra -fstack-protector-strong -fPIE $(FLAGS.$(VARIANT)) $(CXXFLAGS)
ALL_LDFLAGS  = -pie -Wl,-z,relro,-z,now $(FLAGS.$(VARIANT)) $(LDFLAGS)

# Rooms from the ground up: a library of each, linked in this order reversed.
ROOMS := base config document markup net fetchers discover extract store notify worker
room_src = $(wildcard $(1)/*.c) $(wildcard $(1)/*.cc)
room_obj = $(patsubst %,$(B)/%.o,$(basename $(call room_src,$(1))))
SRC      := $(foreach r,$(ROOMS) daemon cli,$(call room_src,$(r)))
LIBS     := $(foreach r,$(ROOMS),$(B)/lib$(r).a)
# The two programs' rooms are libraries too, all but main, so that tests reach into them.
program_obj = $(filter-out $(B)/$(1)/main.o,$(call room_obj,$(1)))
LINK_LIBS = -Wl,--start-group $(LIBS) -Wl,--end-group $(PKG_LIBS) -lstdc++ -lpthread -lm

.PHONY: all
all: $(B)/presswatchd $(B)/presswatch

# Names of months in all languages, from ICU, once instead of at each start of a worker.
MONTHS := $(B)/document/month_table
$(B)/tools/month_names: $(B)/tools/month_names.o $(B)/document/dates_load.o $(B)/libbase.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lstdc++ -lpthread -lm
$(MONTHS).c: $(B)/tools/month_names
	@mkdir -p $(@D)
	@$< >$@.new && mv $@.new $@
$(MONTHS).o: $(MONTHS).c
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<
$(B)/libdocument.a: $(MONTHS).o

define room_rule
$(B)/lib$(1).a: $(call room_obj,$(1))
	@rm -f $$@ && mkdir -p $$(@D)
	$$(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

$(B)/libdaemon.a: $(call program_obj,daemon)
	@rm -f $@ && mkdir -p $(@D)
	$(AR) rcs $@ $^

$(B)/libcli.a: $(call program_obj,cli)
	@rm -f $@ && mkdir -p $(@D)
	$(AR) rcs $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.o: %.cc Makefile
	@mkdir -p $(@D)
	$(CXX) $(ALL_CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

$(B)/presswatchd: $(B)/daemon/main.o $(B)/libdaemon.a $(LIBS)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(B)/libdaemon.a $(LINK_LIBS)

$(B)/presswatch: $(B)/cli/main.o $(B)/libcli.a $(LIBS)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(B)/libcli.a $(LINK_LIBS)

include tests/tests.mk
include tools/install.mk

-include $(patsubst %,$(B)/%.d,$(basename $(SRC))) $(B)/tools/month_names.d
