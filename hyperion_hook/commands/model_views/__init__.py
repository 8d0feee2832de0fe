"""What ``models`` shows: which models there are, and what is known of one."""
