# Tests of area full.
