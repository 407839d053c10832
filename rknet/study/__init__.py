"""The replication: configurations, experiments, runner, records and their verification, tables, ledger, commands."""
