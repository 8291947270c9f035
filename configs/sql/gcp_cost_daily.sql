-- Cost by cloud, service, day, cost type and currency.  Different currencies are never added to each other, nor is amortized
-- cost to the actual cost that it spreads over other days; credits are shown beside the cost, as the export has them.
SELECT 'gcp' AS cloud,
       coalesce(service_description, service_id, '') AS service,
       CAST(usage_start_time AS DATE) AS usage_date,
       'actual' AS cost_type,
       coalesce(currency, '') AS currency,
       CAST(sum(cost) AS DECIMAL(38,24)) AS cost,
       CAST(coalesce(sum(list_sum(list_transform(credits, lambda c: c.amount))), 0) AS DECIMAL(38,24)) AS credits,
       count(*) AS line_items
FROM input
GROUP BY ALL
