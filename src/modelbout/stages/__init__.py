"""A stage is a function from frozen inputs to a frozen result; the rooms meet here and nowhere else."""
