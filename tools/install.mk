# Installation: make install PREFIX=/usr DESTDIR=/tmp/stage. Configuration that stands already is left alone; it holds no
# secrets (those stand in files of their own), so everybody may read it, the daemon's user among them.
# The example sources go to the documentation: nobody is visited before the administrator says so.

SUBST = sed -e 's|@SBINDIR@|$(SBINDIR)|g' -e 's|@BINDIR@|$(BINDIR)|g' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g'
CONFDIR = $(DESTDIR)$(SYSCONFDIR)/presswatch

.PHONY: install uninstall
install: all
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 \
	    $(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(DOCDIR) $(CONFDIR)/sources.d
	install -m 755 $(B)/presswatchd $(DESTDIR)$(SBINDIR)/presswatchd
	install -m 755 $(B)/presswatch $(DESTDIR)$(BINDIR)/presswatch
	install -m 644 docs/presswatch.1 $(DESTDIR)$(MANDIR)/man1/
	install -m 644 docs/presswatch.yaml.5 $(DESTDIR)$(MANDIR)/man5/
	install -m 644 docs/presswatchd.8 $(DESTDIR)$(MANDIR)/man8/
	$(SUBST) systemd/presswatchd.service.in >$(DESTDIR)$(UNITDIR)/presswatchd.service
	$(SUBST) systemd/presswatch-metrics@.service.in >$(DESTDIR)$(UNITDIR)/presswatch-metrics@.service
	install -m 644 systemd/presswatch-metrics.socket $(DESTDIR)$(UNITDIR)/
	install -m 644 systemd/presswatch.sysusers $(DESTDIR)$(SYSUSERSDIR)/presswatch.conf
	install -m 644 README.md docs/ARCHITECTURE.md $(DESTDIR)$(DOCDIR)/
	[ -e $(CONFDIR)/presswatch.yaml ] || install -m 644 config/presswatch.yaml $(CONFDIR)/presswatch.yaml
	install -d $(DESTDIR)$(DOCDIR)/examples/sources.d
	install -m 644 config/sources.d/* $(DESTDIR)$(DOCDIR)/examples/sources.d/
	install -m 644 systemd/presswatchd-renderer.conf docs/presswatch-alerts.yaml $(DESTDIR)$(DOCDIR)/examples/

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/presswatchd $(DESTDIR)$(BINDIR)/presswatch $(DESTDIR)$(MANDIR)/man1/presswatch.1 \
	    $(DESTDIR)$(MANDIR)/man5/presswatch.yaml.5 $(DESTDIR)$(MANDIR)/man8/presswatchd.8 \
	    $(DESTDIR)$(UNITDIR)/presswatchd.service $(DESTDIR)$(UNITDIR)/presswatch-metrics@.service \
	    $(DESTDIR)$(UNITDIR)/presswatch-metrics.socket $(DESTDIR)$(SYSUSERSDIR)/presswatch.conf
	rm -rf $(DESTDIR)$(DOCDIR)

.PHONY: compile_commands.json
compile_commands.json: export COMPILE = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS)
compile_commands.json:
	@$(PYTHON) tools/compile_commands.py $(filter %.c,$(SRC))

.PHONY: clean
clean:
	rm -rf build compile_commands.json
