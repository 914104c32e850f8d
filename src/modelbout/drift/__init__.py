"""Drift and skew: a table beside the champion's reference profile, judged by effect size beyond sampling noise."""
