"""Tables from anywhere, read with suspicion: columns, target, time."""
