"""Which of the test cases of Snakemake's own source distribution are studied.

Each has something that the others do not have; all 340 have been studied once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A folder of Snakemake's tests.

    Args:
        name: of the folder.
        arguments: of snakemake.
        exits: what the plain run ends with.
        jobs: whether jobs are run in it.
        remote: whether its jobs count as sent to a cluster, so that groups are formed.
        fail: rules whose jobs fail.
    """

    name: str
    arguments: tuple[str, ...] = ()
    exits: int = 0
    jobs: bool = True
    remote: bool = False
    fail: tuple[str, ...] = ()


CASES = (
    Case("test_access_patterns"),
    Case("test_all_temp", ("--all-temp",)),
    Case("test_checkpoint_missing_output", exits=1),  # an input function raises between jobs
    Case("test_checkpoints_dir"),
    Case("test_default_storage_local_job"),
    Case("test_expand_flag", exits=1, jobs=False),
    Case("test_group_jobs", remote=True),
    Case("test_group_with_pipe", remote=True),
    Case("test_groups_out_of_jobs", exits=1, jobs=False, remote=True),
    Case("test_jupyter_notebook"),
    Case("test_module_checkpoint"),
    Case("test_module_global_container"),
    Case("test_modules_prefix_local"),
    Case("test_modules_ruledeps_inheritance"),
    Case("test_output_file_cache"),
    Case("test_paramspace"),
    Case("test_pipes_multiple"),
    Case("test_scatter_gather", ("--set-scatter", "split=3")),
    Case("test_service_jobs"),
)
