"""The data contract: its model, inference, diff, and one file per check."""
