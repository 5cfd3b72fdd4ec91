"""The messages that workers do, by the kind of job."""

from typing import Final

from tradewright.application.backtests.wishes import MakeBacktest
from tradewright.application.data.messages import CleanStore, CompactStore
from tradewright.application.deployments.messages import (
    PauseDeployment,
    ResumeDeployment,
    StartDeployment,
    StopDeployment,
)
from tradewright.application.jobs.messages import ForgetJobs
from tradewright.application.jobs.submitting import JobTable
from tradewright.application.routine.messages import CheckStoredData, KeepBackup, SnapshotRisk, SummarizeDay

JOBS: Final = JobTable(
    {
        "backtest": MakeBacktest,
        "store_compaction": CompactStore,
        "store_clean_up": CleanStore,
        "job_clean_up": ForgetJobs,
        "data_quality": CheckStoredData,
        "backup": KeepBackup,
        "risk_snapshot": SnapshotRisk,
        "daily_summary": SummarizeDay,
        "deployment_start": StartDeployment,
        "deployment_stop": StopDeployment,
        "deployment_pause": PauseDeployment,
        "deployment_resume": ResumeDeployment,
    }
)
