"""One file per format, each with a ``FORMAT``; they are found by their names."""
