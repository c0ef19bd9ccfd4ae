"""Packs the reference data of ``src/traque/data`` from pinned packages (``python tools/pack.py``)."""
