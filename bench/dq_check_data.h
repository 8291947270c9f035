// The table of the dq_check bench: 2 million rows of a bill like AWS CUR, 20 columns of mixed cardinality plus the unit
// that they belong to.  The values depend on the row's number alone.
#pragma once

namespace cvg {

// Statements that make bill.parquet under the folder that replaces %s.
inline constexpr const char *kDqBillMacro = "CREATE OR REPLACE MACRO h(i, k, n) AS CAST(hash(i, k) % CAST(n AS UBIGINT) AS BIGINT)";

inline constexpr const char *kDqBillRows = R"sql(COPY (SELECT
  'aws:export-1' AS x_source, '2025-11' AS x_unit,
  printf('1000000000%02d', h(i, 1, 3)) AS payer_account_id,
  printf('2000000%05d', h(i, 2, 50)) AS usage_account_id,
  ['Usage', 'Tax', 'Credit', 'Refund', 'Fee', 'SavingsPlanCoveredUsage', 'DiscountedUsage', 'RIFee']
    [1 + CASE WHEN h(i, 3, 10) < 7 THEN 0 ELSE h(i, 4, 8) END] AS line_item_type,
  'Amazon' || ['EC2', 'S3', 'RDS', 'Lambda', 'EKS', 'SQS'][1 + h(i, 5, 6)] || CAST(h(i, 6, 10) AS VARCHAR) AS product_code,
  CASE WHEN h(i, 7, 20) = 0 THEN NULL
       ELSE ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-northeast-1'][1 + h(i, 8, 5)] END AS region,
  ['USE1', 'USW2', 'EUW1', 'EUC1', 'APN1'][1 + h(i, 8, 5)] || '-BoxUsage:m' || CAST(h(i, 9, 160) AS VARCHAR) || '.large'
    AS usage_type,
  'RunInstances:' || lpad(CAST(h(i, 10, 150) AS VARCHAR), 4, '0') AS operation,
  CASE WHEN h(i, 11, 50) = 0 THEN 'EUR' ELSE 'USD' END AS currency,
  TIMESTAMP '2025-11-01' + to_hours(CAST(i * 720 // 2000000 AS BIGINT)) AS usage_start,
  TIMESTAMP '2025-11-01' + to_hours(CAST(i * 720 // 2000000 + 1 AS BIGINT)) AS usage_end,
  DATE '2025-11-01' + CAST(i * 30 // 2000000 AS INTEGER) AS usage_date,
  CAST(CAST(h(i, 12, 1000000000) AS DECIMAL(18,0)) * 0.000000001 AS DECIMAL(38,24)) AS unblended_cost,
  CAST(CAST(h(i, 13, 1000000000) AS DECIMAL(18,0)) * 0.000000001 AS DECIMAL(38,24)) AS blended_cost,
  CAST(CAST(h(i, 14, 400) AS DECIMAL(18,0)) * 0.001 AS DECIMAL(38,24)) AS unblended_rate,
  CAST(CAST(h(i, 15, 1000000) AS DECIMAL(18,0)) * 0.001 AS DECIMAL(38,18)) AS usage_amount,
  ['Hrs', 'GB', 'GB-Mo', 'Requests', 'LCU', 'Count'][1 + h(i, 16, 6)] AS pricing_unit,
  CASE WHEN h(i, 17, 10) = 0 THEN NULL ELSE 'INV-' || CAST(h(i, 18, 4) AS VARCHAR) END AS invoice_id,
  CASE WHEN h(i, 19, 5) = 0 THEN NULL
       ELSE 'arn:aws:ec2:us-east-1:200000000001:instance/i-' || printf('%017x', h(i, 20, 200000)) END AS resource_id,
  printf('%016x%016x', hash(i, 21), i) AS line_item_id,
  '$0.0' || CAST(h(i, 22, 3000) AS VARCHAR) || ' per On Demand Linux m' || CAST(h(i, 22, 3000) % 160 AS VARCHAR) ||
    '.large Instance Hour' AS description
FROM range(2000000) AS t(i)) TO '%s/bill.parquet' (FORMAT parquet, COMPRESSION zstd))sql";

}  // namespace cvg
