"""Attributes by which git compares the lines of source files alone; other files it only reports as differing.

Half of what a history changes are tests, documents and data, and the labeller never asks for their lines. What is
marked ``-diff`` costs git neither the comparison nor, mostly, the reading; renames are found as ever. The patterns are
made of the same words as ``domain.files.paths`` and err on one side: every source file is compared, and a few others.
"""

from __future__ import annotations

from hyperion_hook.domain.files.languages import BY_ENDING, LANGUAGES, TEMPLATE_ENDINGS
from hyperion_hook.domain.files.paths import (
    FOREIGN_FOLDERS,
    TEST_CLASS_EXTENSIONS,
    TEST_CLASSES,
    TEST_FOLDERS,
    TEST_FOLDERS_OF_SRC,
    TEST_WORDS,
)

_SOURCES = (
    # build files are configuration
    *(f"*.{ending}" for ending, language in BY_ENDING.items() if not LANGUAGES[language].is_build),
    *(f"*.{ending}" for ending in sorted(TEMPLATE_ENDINGS)),
    "*.*[A-Z]*",  # endings in capitals; a pattern for each with both letters costs seconds, and few files are called so
)
_OTHERS = (  # of many patterns those without "**" and sets are the cheap ones; the last pattern that fits decides
    *(f"**/{folder}/**" for folder in FOREIGN_FOLDERS),
    *(f"**/{folder}/**" for folder in TEST_FOLDERS),
    *(f"**/src/{folder}/**" for folder in TEST_FOLDERS_OF_SRC if folder not in TEST_FOLDERS),
    *(f"*[-._]{word}.*" for word in TEST_WORDS),
    *(f"*{word}.{extension}" for word in TEST_CLASSES for extension in TEST_CLASS_EXTENSIONS),
    "test_*",
    "*.min.js",
    "*_pb2.py",
    "*.pb.go",
    "docs/**",
    "doc/**",
)

SOURCES_ONLY = "\n".join(
    ("* -diff", *(f"{pattern} !diff" for pattern in _SOURCES), *(f"{pattern} -diff" for pattern in _OTHERS), "")
)
"""The content of ``info/attributes``, which outranks all other attributes."""
