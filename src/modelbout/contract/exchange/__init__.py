"""Contracts from and to the schemas of other tools; what one of the two cannot say is told, never dropped."""
