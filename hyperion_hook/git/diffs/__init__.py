"""What differs between two trees: asking git, and reading its answers.

In: trees and commits of a repository. Out: files with their hunks (``domain``). Imports ``domain`` and ``git`` itself.
"""
