"""The process border to the user's own Python, and the sealed bundle."""
