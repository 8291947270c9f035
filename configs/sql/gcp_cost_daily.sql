-- Cost by cloud, service, day and currency.  Different currencies are never added to each other; credits are shown beside
-- the cost, as the export has them.
SELECT 'gcp' AS cloud,
       coalesce(service_description, service_id, '') AS service,
       CAST(usage_start_time AS DATE) AS usage_date,
       coalesce(currency, '') AS currency,
       CAST(sum(cost) AS DECIMAL(38,24)) AS cost,
       CAST(coalesce(sum(list_sum(list_transform(credits, lambda c: c.amount))), 0) AS DECIMAL(38,24)) AS credits,
       count(*) AS line_items
FROM input
GROUP BY ALL
