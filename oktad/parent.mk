# Programs of area parent.
