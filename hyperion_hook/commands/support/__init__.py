"""What commands share: flags, error messages, progress, output, streams, and the limit on a run's time."""
