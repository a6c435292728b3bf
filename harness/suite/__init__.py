"""Comparisons: a suite file, the runs that it plans, and the pool of processes that plays what is missing."""

from skillevo.harness.suite.jobs import Job, fingerprints, plan_jobs
from skillevo.harness.suite.pool import Outcome, Pool
from skillevo.harness.suite.records import Records
from skillevo.harness.suite.spec import Suite, read_suite

__all__ = ["Job", "Outcome", "Pool", "Records", "Suite", "fingerprints", "plan_jobs", "read_suite"]
