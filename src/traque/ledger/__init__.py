"""The ledger: what stood in logs, when, and how often, kept when the logs are gone."""
