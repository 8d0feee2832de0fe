"""What a change would break, by rules that can be checked line by line. In: a change and its trees. Out: breaks.

Each rule names the file and the line that speak for it. A rule that was right less often than four times in five on
real commits is not here; the counts are in ``docs/breaks.md``.
"""
