# Tests of area host.
