"""Files opened with suspicion: SQLite stores by one routine, whole files, bounded unpacking."""
