"""The repository as a whole, rather than one change: overview, hot spots, coupling, and what an edit would touch.

In: history, measurements and scores. Out: ``domain.overview`` and plans. Imports what ``assess`` does.
"""
