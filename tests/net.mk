# Tests of area net.
