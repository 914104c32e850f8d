"""A stateful GitHub for tests: WSGI on loopback, each request and answer held against GitHub's OpenAPI description.

Tests ask for the fixture ``github`` (``from tests.github_server.fixtures import github``): a running server with one
repository, and tokens. They act as somebody else through ``github.repo`` (``commit``, ``comment``, ``open_pull``,
``merge``, ``add_run`` ...), read what the client did in its plain attributes (``refs``, ``releases``, ``comments``,
``dispatches`` ...) and in ``github.calls``, and make it fail with ``github.faults.add(method, path, fault)``.
"""
