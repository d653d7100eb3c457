"""Long jobs in processes of their own, kept in the person's store: leased, resumable, cancellable."""

from likeness.core.jobs.runner import JobRunner

__all__ = ["JobRunner"]
