"""One file per action: what it does in a job on GitHub, around the stages that a laptop runs as well."""
