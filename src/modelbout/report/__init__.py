"""Result JSON in, Markdown out."""
