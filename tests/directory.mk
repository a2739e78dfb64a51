# Tests of area directory.
