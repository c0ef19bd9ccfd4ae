"""Judging: who opened an exchange, what came of it, and what was covered."""
