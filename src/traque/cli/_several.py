"""Options that take one value or several: ``--in a b c``, ``--in a --in b``.

A value that begins with ``-`` ends the list (``-`` alone is standard input); write ``./-x`` or
``--in=-x`` for a file of that name. After ``--`` everything is an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import click


class Several(click.Option):
    """An option whose values are all the words up to the next option."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "multiple": True})


class SeveralCommand(click.Command):
    """A command that understands :class:`Several`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each of its values, then parse as ever."""
        flags = {flag for option in self.params if isinstance(option, Several) for flag in option.opts}
        try:
            spread = list(repeat_flags(args, flags))
        except ValueError as error:
            flag = str(error)
            raise click.BadOptionUsage(flag, f"Option {flag!r} needs at least one value.", ctx) from error
        return super().parse_args(ctx, spread)


def repeat_flags(args: Sequence[str], flags: Collection[str]) -> Iterator[str]:
    """``args`` where each flag of ``flags`` stands before each of its values.

    Raises ValueError, with the flag, when it has none.
    """
    flag, taken = "", 0
    for position, arg in enumerate(args):
        if arg.startswith("-") and arg != "-":
            if flag and not taken:
                raise ValueError(flag)
            if arg == "--":
                yield from args[position:]
                return
            flag, taken = (arg, 0) if arg in flags else ("", 0)
            if not flag:
                yield arg
        elif flag:
            taken += 1
            yield from (flag, arg)
        else:
            yield arg
    if flag and not taken:
        raise ValueError(flag)
