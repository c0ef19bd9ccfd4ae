"""Into detection: from bulletins to the files that each control loads. This is the library's door.

>>> from traque.bulletins import load
>>> from traque.detect import DetectOptions, detect
>>> options = DetectOptions(targets=("nftables", "suricata"))
>>> result = detect(load(["bulletin.json"]), folder, options=options, made=now)  # doctest: +SKIP
"""

from traque.detect.benign import known_benign
from traque.detect.options import DetectOptions, Warned
from traque.detect.run import detect

__all__ = ["DetectOptions", "Warned", "detect", "known_benign"]
