"""GitHub as the platform: the room for context, client, comment and artifacts; nothing is in it in this version."""
