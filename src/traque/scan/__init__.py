"""Searching bytes: the specification (:mod:`traque.scan.oracle`), the kernel, and what both yield."""
