# Programs of area sync.
