-- Cost by cloud, service, day, cost type and currency.  Different currencies are never added to each other, nor is amortized
-- cost to the actual cost that it spreads over other days.
SELECT 'azure' AS cloud,
       coalesce(nullif(service_name, ''), nullif(meter_category, ''), consumed_service, '') AS service,
       "date" AS usage_date,
       coalesce(nullif(x_cost_type, ''), 'actual') AS cost_type,
       coalesce(billing_currency, '') AS currency,
       CAST(sum(cost) AS DECIMAL(38,24)) AS cost,
       CAST(coalesce(sum(cost) FILTER (charge_type IN ('Credit', 'Refund')), 0) AS DECIMAL(38,24)) AS credits,
       count(*) AS line_items
FROM input
GROUP BY ALL
