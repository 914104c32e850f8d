"""Ways in which the answer was known beforehand, one file per kind; docs/leakage.md says how sure each is."""
