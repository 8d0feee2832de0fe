"""One file per command: plain values in, exit code out.

Every module has ``command``, a ``click.Command`` whose callback returns an exit code, and is named in ``cli.COMMANDS``.
``context.obj`` is an ``Invocation``: the folder given by ``--repo``, or ``None``.
"""
