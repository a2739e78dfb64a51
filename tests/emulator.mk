# The Okta org that scenarios, the private host and ./demo run against.
EXTRA_DIST += tests/emulator
