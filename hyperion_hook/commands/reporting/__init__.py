"""What ``report`` measures on the repository itself."""
