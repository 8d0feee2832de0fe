"""What a source file imports: read as written, then resolved to files of the repository."""
