# Tests. Each tests/unit/test_X.c is a cmocka program of its own; "make unit" runs them all,
# "make unit-X" runs one. The room libraries that a test needs are found by the linker.

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(patsubst %.c,$(B)/%,$(UNIT_SRC))

$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(LIBS)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(LINK_LIBS) -lcmocka


.PHONY: unit
unit: $(UNIT_BIN)
	@tools/run-unit.sh $(UNIT_BIN)

unit-%: $(B)/tests/unit/test_%
	$<

-include $(patsubst %.c,$(B)/%.d,$(UNIT_SRC))
