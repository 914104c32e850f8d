"""One file per guardrail that is not a metric."""
