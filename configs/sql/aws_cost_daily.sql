-- Cost by cloud, service, day, cost type and currency.  Different currencies are never added to each other, nor is amortized
-- cost to the actual cost that it spreads over other days.
SELECT 'aws' AS cloud,
       coalesce(nullif(product_servicecode, ''), line_item_product_code, '') AS service,
       CAST(line_item_usage_start_date AS DATE) AS usage_date,
       'actual' AS cost_type,
       coalesce(line_item_currency_code, '') AS currency,
       CAST(sum(line_item_unblended_cost) AS DECIMAL(38,24)) AS cost,
       CAST(coalesce(sum(line_item_unblended_cost) FILTER (line_item_line_item_type = 'Credit'), 0) AS DECIMAL(38,24)) AS credits,
       count(*) AS line_items
FROM input
GROUP BY ALL
