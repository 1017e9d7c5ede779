# Measurements: ours beside the floors of the shared folder, in one run (see docs/performance.md).
#   make bench                  quick: under five minutes on a quiet machine, of which it works two
#   make bench BENCH=full       10,000 sources each minute, an archive of a million documents (an hour, 9 GB of disk)
#   make bench PARTS="checks"   chosen parts: checks, cold, idle, latency, fairness, archive; only by name: tls, http2 (with
#                               Debian's nghttp2-proxy), dns (as root), workers, soak (a day's visits, four minutes), peers
BENCH ?= quick
BENCH_WORK ?= $(B)/bench

.PHONY: bench
bench: all $(B)/tests/bench/fill_archive $(B)/tests/bench/ask_archive
	@$(PYTHON) tests/bench/bench.py --bin $(B) --work $(BENCH_WORK) --mode $(BENCH) $(if $(PARTS),--parts "$(PARTS)")

# Learned visits against a fixed interval of as many requests, on the publication times of real feeds.
.PHONY: bench-rhythm
bench-rhythm: all $(B)/tests/bench/rhythm_sim
	@$(PYTHON) tests/bench/rhythm_times.py $(B)/presswatch $(or $(PRESSWATCH_SHARED),../shared) | \
		$(B)/tests/bench/rhythm_sim 3600

# Near-duplicates among the real texts of the shared folder and copies of them: found, joined, joined wrongly.
.PHONY: bench-story
bench-story: all $(B)/tests/bench/story_put
	@$(PYTHON) tests/bench/story_pairs.py $(B)/tests/bench/story_put $(or $(PRESSWATCH_SHARED),../shared)
