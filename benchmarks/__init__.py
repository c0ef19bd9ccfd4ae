"""Measures traque and its peers on the same work, and checks every answer against what was planted."""
