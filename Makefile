# GNU make. `make` builds into bin/; `make check` tests; `make demo` shows.
PROGS = ms-chat
VERSION = 0.1.0
PREFIX ?= /usr/local
CC ?= cc
BUILD ?= build$(if $(SAN),/san)
BIN = $(if $(filter build,$(BUILD)),bin,$(BUILD)/bin)

PKG = $(shell pkg-config $(1) 2>/dev/null)
CFLAGS ?= -O2 -g
WARN = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wpointer-arith -Wcast-qual \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wvla -Wundef -Wformat=2 -Wdeclaration-after-statement
HARD = -fstack-protector-strong -fPIE $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ALL_CPPFLAGS = -D_GNU_SOURCE -DLIBBSD_OPENBSD_VIS -DVERSION='"$(VERSION)"' \
	-DPREFIX='"$(PREFIX)"' $(BSD_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS = $(WARN) $(HARD) $(if $(WERROR),-Werror) $(if $(SAN),$(SANFLAGS)) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(if $(SAN),$(SANFLAGS)) $(LDFLAGS)
BSD_CFLAGS := $(call PKG,--cflags libbsd-overlay)
BSD_LIBS := $(call PKG,--libs libbsd-overlay) -lmd
JQ_LIBS := $(or $(call PKG,--libs libjq),-ljq)
CURL_LIBS := $(call PKG,--libs libcurl)

MODS = $(filter-out src/ms-%,$(wildcard src/*.c))
OBJS = $(MODS:src/%.c=$(BUILD)/%.o)
UNITS = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

all: $(PROGS:%=$(BIN)/%) $(BUILD)/simulator

$(BUILD)/libms.a: $(OBJS)
	rm -f $@ && $(AR) rcs $@ $(OBJS)
$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(BIN)/%: $(BUILD)/%.o $(BUILD)/libms.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(BUILD)/libms.a $(LIBS) $(JQ_LIBS) $(BSD_LIBS)
$(BIN)/ms-chat: LIBS = $(CURL_LIBS)
$(BUILD)/simulator: $(wildcard tests/sim/*.c tests/sim/*.h)
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.c,$^) -lssl -lcrypto -lz
$(BUILD)/unit/%: tests/unit/%.c tests/unit/tap.h $(BUILD)/libms.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Isrc $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(BUILD)/libms.a $(CURL_LIBS) $(JQ_LIBS) $(BSD_LIBS)
units: $(UNITS)

clean:
	rm -rf build $(PROGS:%=bin/%)
-include $(wildcard $(BUILD)/*.d)
.PHONY: all units clean
.SECONDARY:
