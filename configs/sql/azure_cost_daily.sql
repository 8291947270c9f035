-- Cost by cloud, service, day and currency.  Different currencies are never added to each other.
SELECT 'azure' AS cloud,
       coalesce(nullif(service_name, ''), nullif(meter_category, ''), consumed_service, '') AS service,
       "date" AS usage_date,
       coalesce(billing_currency, '') AS currency,
       CAST(sum(cost) AS DECIMAL(38,24)) AS cost,
       CAST(coalesce(sum(cost) FILTER (charge_type IN ('Credit', 'Refund')), 0) AS DECIMAL(38,24)) AS credits,
       count(*) AS line_items
FROM input
GROUP BY ALL
