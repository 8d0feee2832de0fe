"""What a path says of its file: its role, its language, and whether a pattern matches it.

In: paths. Out: roles, languages, matches. Imports nothing but the standard library.
"""
