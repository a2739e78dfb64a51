# Tests of area base.
