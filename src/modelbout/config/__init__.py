"""modelbout.yaml becomes a frozen Config; errors name file, line, column and key."""
