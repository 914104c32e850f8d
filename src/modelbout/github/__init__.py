"""A job on GitHub around the stages: what the event asks for, and what becomes of the results where people look."""
