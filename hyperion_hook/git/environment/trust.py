"""Which folders the user's environment trusts: ``safe.directory`` in the variables that git reads settings from.

Containers and CI jobs set it there where the home folder cannot be written (``GIT_CONFIG_COUNT``), and ``git -c`` hands
it to hooks (``GIT_CONFIG_PARAMETERS``). No other setting is taken over: many of them name programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_TRUSTING = frozenset({"safe.directory", "safe.barerepository"})
_MOST = 10_000


def trusted_folders(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables that hold what an environment says of folders to trust, and nothing else.

    Examples
    --------
    >>> trusted_folders({"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "core.pager", "GIT_CONFIG_VALUE_0": "evil",
    ...                  "GIT_CONFIG_KEY_1": "safe.directory", "GIT_CONFIG_VALUE_1": "*"})
    {'GIT_CONFIG_COUNT': '1', 'GIT_CONFIG_KEY_0': 'safe.directory', 'GIT_CONFIG_VALUE_0': '*'}
    >>> trusted_folders({"GIT_CONFIG_PARAMETERS": "'core.pager'='evil' 'safe.directory'='/r'"})["GIT_CONFIG_VALUE_0"]
    '/r'
    """
    settings = [(key, value) for key, value in _settings(environment) if key.lower() in _TRUSTING]
    variables = {"GIT_CONFIG_COUNT": str(len(settings))} if settings else {}
    for number, (key, value) in enumerate(settings):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _settings(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield settings in the order in which git reads them."""
    count = environment.get("GIT_CONFIG_COUNT", "")
    for number in range(min(int(count), _MOST) if count.isascii() and count.isdigit() and len(count) < 10 else 0):
        key, value = (environment.get(f"GIT_CONFIG_{part}_{number}") for part in ("KEY", "VALUE"))
        if key is not None and value is not None:
            yield key, value
    parameters = environment.get("GIT_CONFIG_PARAMETERS", "")
    if "safe." in parameters.lower():
        yield from _parameters(parameters)


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    """Yield the settings that ``git -c`` hands on: words quoted for a shell, a key, ``=`` and a value."""
    import shlex

    try:
        words = shlex.split(text)
    except ValueError:
        return
    for word in words:
        key, _, value = word.partition("=")
        yield key, value
