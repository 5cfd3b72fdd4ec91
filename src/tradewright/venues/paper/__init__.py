"""The paper venue as a process: one account, a Unix socket for its owner alone, a file that outlives the process."""
