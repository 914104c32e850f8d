"""The one comment under a pull request: a section for each model, safe under parallel jobs."""
