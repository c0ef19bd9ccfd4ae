"""Renderers: one file each, and each reads only the :class:`~traque.model.HuntResult`."""

from traque.reports._escape import printable
from traque.reports._renderer import Renderer, Setting, renderers
from traque.reports._summary import answer

__all__ = ["Renderer", "Setting", "answer", "printable", "renderers"]
