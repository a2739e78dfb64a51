# Programs of area net.
