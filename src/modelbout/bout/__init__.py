"""Predictions in, verdict out: knows arrays, never files or GitHub."""
