"""Reading git: the only package that starts a process."""
