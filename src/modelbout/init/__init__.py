"""A first look at a table drafts modelbout.yaml, its contract, a pipeline and workflows for review."""
