"""Adding logs to a ledger (:mod:`traque.ledger`).

>>> from pathlib import Path
>>> from traque.indexing import add
>>> from traque.ledger import create
>>> create(Path("ledger"))  # doctest: +SKIP
>>> add(Path("ledger"), ["/var/log"])  # doctest: +SKIP
"""

from traque.indexing._run import add

__all__ = ["add"]
