"""Features of a change: pure functions of (Change, Sources, History, ImportGraph, Configured).

No clock, no input or output. Every module named in the catalogue offers ``measure(context)`` which returns a value, or
``Missing`` with its reason, for each feature the catalogue assigns to it.
"""
