"""Sources, splits, digests and profiles of tables; knows nothing of contracts or models."""
