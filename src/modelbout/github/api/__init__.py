"""GitHub's API as this package needs it: calls and frozen records, limits, patience, and errors with a next step.

Knows nothing of models, bundles or reports; the registry and everything else in ``github`` stand on it.
"""
