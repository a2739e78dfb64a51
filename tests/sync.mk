# Tests of area sync.
