# Tests of area host: the runner, the private host, and what goes with them.
# They are run by tests/run, not by make.
EXTRA_DIST += \
	demo \
	.ci/run \
	tests/run \
	tests/packages \
	tests/static.tsv \
	tests/threats.tsv \
	tests/host \
	tests/runner \
	tests/scenario
dist-hook:
	find '$(distdir)/tests' -name __pycache__ -prune -exec rm -rf {} +
