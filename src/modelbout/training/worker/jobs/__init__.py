"""One module a job; its ``run`` takes the job file's content and returns what the result file shall hold.

A new job: a module here, its fields in ``errand.Result``, and ``errand.send({"job": "<module>", ...})`` in the parent.
What it cannot do it says by raising ``findings.Stop``.
"""
