"""Training and scoring in the user's own Python, behind a process border, and the sealed bundle that comes of it."""
