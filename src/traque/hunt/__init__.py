"""The hunt: from bulletins and logs to one answer. This is the library's door.

>>> from traque.bulletins import load
>>> from traque.hunt import HuntOptions, hunt
>>> options = HuntOptions(own=("203.0.113.0/24",))
>>> result = hunt(load(["bulletin.json"]), ["logs/"], options=options)  # doctest: +SKIP
"""

from traque.hunt.options import HuntOptions, Progress
from traque.hunt.run import exit_status, hunt

__all__ = ["HuntOptions", "Progress", "exit_status", "hunt"]
