"""A real HTTP server on loopback that speaks BigQuery's REST API over DuckDB.

The official client is used against it unmodified: keys are real RSA keys, tokens are asked for
with signed assertions, jobs run beside the request that started them, and every step can be made
to fail.  What it cannot prove (prices, quotas, IAM, partition pruning of the real engine, how
Parquet is coerced) is told in docs/design/exports.md.
"""

from bigquery_server.faults import Fault, cut, dropped, slow, status
from bigquery_server.server import BigQueryServer, start

__all__ = ["BigQueryServer", "Fault", "cut", "dropped", "slow", "start", "status"]
