# Tests. C tests (unit and module) run under `make check`, without root; each
# area has a fragment of its own. The rest is driven by tests/run.
include tests/full.mk
include tests/directory.mk
include tests/pam.mk
include tests/net.mk
include tests/sync.mk
include tests/parent.mk
include tests/emulator.mk
include tests/host.mk
include tests/oktactl.mk
include tests/oidc.mk
