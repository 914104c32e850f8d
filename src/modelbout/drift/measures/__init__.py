"""One file for each thing in which two tables may differ."""
