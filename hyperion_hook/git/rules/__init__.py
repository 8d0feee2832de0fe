"""What a repository says of its own files, people and commits: what to leave out, who owns what, which names are one.

In: files of a commit. Out: answers about paths, addresses and ids. Imports ``domain`` and ``git`` itself.
"""
