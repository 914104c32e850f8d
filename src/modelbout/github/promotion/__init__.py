"""What happens after a merge: which verdicts count, whose title moves, and who is told of it."""
