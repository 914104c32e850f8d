"""The child's side of the process border: run by the user's interpreter, by path, with one job file.

Everything in this directory must run under Python 3.9 and import nothing but its neighbours, the standard library and
what the user's environment has (numpy, pandas, scikit-learn, skops). The parent trusts nothing of what it writes: it
checks every answer.

In the child this package is called ``modelbout_worker`` (see ``__main__.py``), so its modules name each other
relatively. A job is a module of ``jobs/`` with a function ``run``; that is all it takes to add one.
"""
