# Tests of area parent.
