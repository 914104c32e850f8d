"""GitHub as the platform: context, client, comment, summary, annotations, artifacts."""
