"""Inspection: what is recognised of logs, how well it is understood, and what to do where it is not.

>>> from traque.inspection import inspect
>>> inspect(["logs/"]).sources[0].recognised.format  # doctest: +SKIP

It goes the hunt's own way (:mod:`traque.hunt.search`) without an indicator, so that it sees what a hunt
would see. Every byte is read, for records, times and gaps; of the records, those that :data:`SAMPLING` names
are tried with their format. :func:`propose` makes a source map of what is found; :func:`describe` tells all
about one format.
"""

from traque.inspection._formats import describe
from traque.inspection._proposal import Proposal, propose
from traque.inspection._run import SAMPLING, inspect

__all__ = ["SAMPLING", "Proposal", "describe", "inspect", "propose"]
