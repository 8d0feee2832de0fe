"""What a repository says of its own files, people and commits: exclusions, attributes, owners, names, commits to ignore.

In: files of a commit. Out: answers about paths, addresses and ids. Imports ``domain`` and ``git`` itself.
"""
