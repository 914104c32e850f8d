"""The registry on GitHub: a ledger on a branch of its own, and a release for each version."""
