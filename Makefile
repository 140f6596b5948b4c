# GNU make. `make` builds into bin/, `make check` tests, `make demo` shows it.
# For us: SAN=1 (in build/san), WERROR=1, VALGRIND=1, V=1, FUZZ_SECONDS=60,
# FUZZ_SEED=0.
VERSION = 0.1.0
PREFIX ?= /usr/local
OBJCOPY ?= objcopy
BUILD = build$(if $(SAN),/san)$(if $(COVERAGE),/coverage)
BIN = $(if $(filter build,$(BUILD)),bin,$(BUILD)/bin)
PROGS = $(patsubst src/%.c,%,$(wildcard src/ms-*.c))
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
FUZZ_SECONDS = 60
FUZZ_SEED = 0

SAY = $(if $(V),,@echo '  $(1)';)
PKG = $(shell pkg-config $(1) 2>/dev/null)
# valgrind 3.19 cannot read the DWARF 5 that clang 14 writes.
CFLAGS ?= -O2 $(if $(VALGRIND),-gdwarf-4,-g)
WARN = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wpointer-arith -Wcast-qual \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wwrite-strings -Wvla -Wundef -Wformat=2 -Wdeclaration-after-statement
HARD = -fstack-protector-strong -fPIE \
	$(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer $(if $(FUZZER),-fsanitize=fuzzer-no-link)
# gnu11, for gcc to see forks; the front could not write what it counted.
COUNT = --coverage -O0 -std=gnu11 -U_FORTIFY_SOURCE -DSANDBOX_OFF=1
COUNT_LD = --coverage -Wl,--wrap=_exit,--wrap=setrlimit
ALL_CPPFLAGS = -D_GNU_SOURCE -DLIBBSD_OPENBSD_VIS -DVERSION='"$(VERSION)"' \
	-DPREFIX='"$(PREFIX)"' -Isrc $(BSD_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS = $(WARN) $(HARD) $(if $(WERROR),-Werror) $(if $(SAN),$(SANITIZE)) \
	$(CFLAGS) $(if $(COVERAGE),$(COUNT))
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(if $(SAN),$(SANITIZE)) \
	$(if $(COVERAGE),$(COUNT_LD)) $(LDFLAGS)
BSD_CFLAGS := $(call PKG,--cflags libbsd-overlay)
BSD_LIBS := $(call PKG,--libs libbsd-overlay) -lmd
JQ_LIBS := $(or $(call PKG,--libs libjq),-ljq)
CURL_LIBS := $(call PKG,--libs libcurl)
LINK = $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS) $(JQ_LIBS) \
	$(BSD_LIBS) -lm -lresolv

OBJS = $(patsubst src/%.c,$(BUILD)/%.o,$(filter-out src/ms-%,$(wildcard src/*.c))) \
	$(if $(COVERAGE),$(BUILD)/coverage/dump.o)
TESTED = $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/$(1)/*.c))
UNITS = $(call TESTED,unit)
FUZZERS = $(filter-out %/main,$(call TESTED,fuzz))
TIMERS = $(call TESTED,bench)
C = $(wildcard src/*.c tests/*/*.c)
H = $(wildcard src/*.h tests/*/*.h)
SH = $(wildcard bin/ms tests/*.t tests/*.sh tests/bench/*.sh)
PAGES = $(wildcard man/*.[1-9])

all: $(PROGS:%=$(BIN)/%) $(BUILD)/simulator $(if $(filter bin,$(BIN)),,$(BUILD)/share)

$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	$(call SAY,CC $<)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call SAY,CC $<)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/libms.a: $(OBJS)
	$(call SAY,AR $@)rm -f $@ && $(AR) rcs $@ $(OBJS)
$(BIN)/%: $(BUILD)/%.o $(BUILD)/libms.a
	@mkdir -p $(@D)
	$(call SAY,LD $@)$(LINK)
$(BIN)/ms-chat $(BIN)/ms-route $(BIN)/ms-balance: LIBS = $(CURL_LIBS)
$(BUILD)/simulator: $(patsubst tests/%.c,$(BUILD)/%.o,$(wildcard tests/sim/*.c))
	$(call SAY,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto -lz
$(UNITS) $(TIMERS): %: %.o $(BUILD)/libms.a
	$(call SAY,LD $@)$(LINK)
$(FUZZERS): %: %.o $(if $(FUZZER),$(BUILD)/libms.a,$(BUILD)/fuzz/main.o \
		$(BUILD)/fuzz/libms.a)
	$(call SAY,LD $@)$(LINK) $(if $(FUZZER),-fsanitize=fuzzer)
# What src/ allocates comes from tests/fuzz/main.c there, and files too.
FAIL = malloc calloc realloc reallocarray strdup strndup asprintf setenv free open \
	close fstat fchmod mkostemp rename read pread write
$(BUILD)/fuzz/libms.a: $(BUILD)/libms.a
	@mkdir -p $(@D)
	$(call SAY,AR $@)$(OBJCOPY) --redefine-sym __asprintf_chk=fuzz_asprintf_chk \
	    $(foreach f,$(FAIL),--redefine-sym $(f)=fuzz_$(f)) $< $@
$(UNITS) $(TIMERS) $(FUZZERS): LIBS = $(CURL_LIBS)
# Programs look for ../share/ms, wherever they were built.
$(BUILD)/share:
	ln -sfn $(CURDIR)/share $@

# What Debian calls the things we need; nothing happens where all are there.
DEPS_build = gcc libc6-dev pkg-config libcurl4-openssl-dev libjq-dev \
	libbsd-dev libssl-dev zlib1g-dev
DEPS_demo = $(DEPS_build) curl jq
DEPS_check = $(DEPS_demo) perl openssl socat time procps bsdextrautils mandoc \
	libyaml-libyaml-perl parallel systemd zsh fish nodejs npm chromium
DEPS_fuzz = $(DEPS_build) clang libclang-rt-dev
DEPS_lint = $(DEPS_build) clang-format clang-tidy cppcheck shellcheck mandoc
DEPS_bench = $(DEPS_demo) hyperfine wrk nginx-light
DEPS_package = $(DEPS_demo) debhelper dpkg-dev fakeroot lintian debootstrap \
	iproute2
DEPS_all = $(DEPS_check) $(DEPS_fuzz) $(DEPS_lint) valgrind
deps: deps-all
deps-%:
	@tests/deps.sh $(sort $(DEPS_$*))

# What deps installs changes what pkg-config says: hence a make inside make.
check: deps-check
	@$(MAKE) --no-print-directory $(JOBS) tests
tests: all $(UNITS) $(FUZZERS) tests/node_modules/.package-lock.json
	MS_BUILD=$(abspath $(BUILD)) MAKEFLAGS= tests/prove.sh 'timeout 600' \
	    $(sort $(wildcard tests/*.t)) $(if $(VALGRIND),,$(sort $(UNITS)))
	$(if $(VALGRIND),tests/prove.sh 'timeout 600 valgrind -q \
	    --error-exitcode=99 --leak-check=full' $(sort $(UNITS)))
# Every allocation and system call fails in turn, where check takes some; a
# hundred thousand requests.
torture: deps-check
	@$(MAKE) --no-print-directory $(JOBS) all $(BUILD)/unit/ledger
	TORTURE=1 MS_BUILD=$(abspath $(BUILD)) MAKEFLAGS= prove -v \
	    tests/0090-memory.t tests/0091-syscalls.t \
	    tests/0508-serve-faults.t tests/0512-serve-syscalls.t \
	    $(BUILD)/unit/ledger
# A day, or SOAK_SECONDS.
soak: deps-check
	@$(MAKE) --no-print-directory $(JOBS) all
	MS_BUILD=$(abspath $(BUILD)) MAKEFLAGS= prove -v tests/soak.sh
# What the tests reach of src/, by gcov.
coverage: deps-check
	@$(MAKE) --no-print-directory $(JOBS) COVERAGE=1 covered
covered: all $(UNITS) $(FUZZERS) tests/node_modules/.package-lock.json
	MS_BUILD=$(abspath $(BUILD)) MAKEFLAGS= tests/coverage.sh \
	    $(sort $(wildcard tests/*.t)) $(sort $(UNITS))
tests/node_modules/.package-lock.json: tests/package-lock.json
	-cd tests && npm ci --ignore-scripts --no-audit --no-fund && \
	    touch node_modules/.package-lock.json
demo: deps-demo
	@$(MAKE) --no-print-directory $(JOBS) all >/dev/null
	@MS_BUILD=$(abspath $(BUILD)) tests/demo.sh
bench: deps-bench
	@$(MAKE) --no-print-directory $(JOBS) all timers
	@MS_BUILD=$(abspath $(BUILD)) tests/bench.sh
timers: $(TIMERS)
package: deps-package
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/package.sh
fuzz: deps-fuzz
	@$(MAKE) --no-print-directory $(JOBS) BUILD=build/fuzzer CC=clang SAN=1 \
	    FUZZER=1 fuzzers
	@tests/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_SEED) $(notdir $(FUZZERS))
fuzzers: $(FUZZERS)

lint: headers $(C:%.c=$(BUILD)/lint/%.tidy) $(BUILD)/lint/cppcheck \
	$(BUILD)/lint/shell $(BUILD)/lint/pages
	clang-format --dry-run -Werror $(C) $(H)
format:
	clang-format -i $(C) $(H)
headers: $(H:%=$(BUILD)/lint/%.alone)
$(BUILD)/lint/%.h.alone: %.h
	@mkdir -p $(@D)
	$(call SAY,alone $<)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -Wno-unused-function \
	    -fsyntax-only -include $(CURDIR)/$< -x c /dev/null && touch $@
$(BUILD)/lint/%.tidy: %.c $(H) .clang-tidy
	@mkdir -p $(@D)
	$(call SAY,tidy $<)clang-tidy --quiet $< -- \
	    $(ALL_CPPFLAGS) $(WARN) 2>/dev/null && touch $@
$(BUILD)/lint/cppcheck: $(C) $(H)
	@mkdir -p $@-cache
	$(call SAY,cppcheck)cppcheck -q -j2 --cppcheck-build-dir=$@-cache --std=c11 --inline-suppr \
	    --enable=warning,performance,portability --error-exitcode=1 \
	    --suppress=ctunullpointer \
	    --suppress='*:/usr/include/*' --suppress=varFuncNullUB \
	    -D__linux__ -D__x86_64__ $(patsubst -isystem,-I,$(ALL_CPPFLAGS)) \
	    $(C) && touch $@
$(BUILD)/lint/shell: $(SH)
	@mkdir -p $(@D)
	$(call SAY,shellcheck)shellcheck -x -s sh $(SH)
	@shellcheck -s bash .ci/run completions/ms.bash && touch $@
$(BUILD)/lint/pages: $(PAGES)
	@mkdir -p $(@D)
	$(call SAY,mandoc)mandoc -Tlint -Wwarning $(PAGES) && touch $@

# bash and fish look for a file of each command's name.
D = $(DESTDIR)$(PREFIX)
BASH = share/bash-completion/completions
FISH = share/fish/vendor_completions.d
ZSH = share/zsh/site-functions
DATA = $(shell find share/ms -type f)
PUT = $(foreach f,$(1),install -D -m 644 $(f) $(D)/$(call $(2),$(f)) &&) :
same = $(1)
man = share/man/man$(subst .,,$(suffix $(1)))/$(notdir $(1))
install: all
	install -d $(D)/bin
	install -m 755 bin/ms $(PROGS:%=$(BIN)/%) $(D)/bin
	@$(call PUT,$(DATA),same)
	@$(call PUT,$(PAGES),man)
	install -D -m 644 completions/ms.bash $(D)/$(BASH)/ms
	install -D -m 644 completions/ms.fish $(D)/$(FISH)/ms.fish
	install -D -m 644 completions/_ms $(D)/$(ZSH)/_ms
	for p in $(PROGS); do ln -sf ms $(D)/$(BASH)/$$p && \
	    ln -sf ms.fish $(D)/$(FISH)/$$p.fish || exit; done
uninstall:
	cd $(D) && rm -f $(addprefix bin/,ms $(PROGS)) $(DATA) \
	    $(foreach p,$(PAGES),$(call man,$(p))) $(ZSH)/_ms \
	    $(addprefix $(BASH)/,ms $(PROGS)) \
	    $(patsubst %,$(FISH)/%.fish,ms $(PROGS)) && \
	    rmdir $(shell find share/ms -depth -type d)

DIST = ms-$(VERSION)
dist:
	git archive --prefix=$(DIST)/ -o $(DIST).tar.gz HEAD
distcheck: dist
	rm -rf build/dist && mkdir -p build/dist
	tar -xf $(DIST).tar.gz -C build/dist
	$(MAKE) -C build/dist/$(DIST) check
clean:
	rm -rf build $(PROGS:%=bin/%)

-include $(wildcard $(BUILD)/*.d $(BUILD)/*/*.d)
.PHONY: all deps check tests torture soak coverage covered demo bench timers \
	fuzz fuzzers package lint format headers install uninstall dist \
	distcheck clean
.SECONDARY:
.DELETE_ON_ERROR:
