"""The import graph of one commit and what follows from it: users, cycles, depth."""
