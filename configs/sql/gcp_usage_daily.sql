-- Usage by SKU, project, day and unit.  Amounts of different units and costs of different currencies are never added.
SELECT coalesce(project_id, '') AS project_id,
       coalesce(service_description, service_id, '') AS service,
       coalesce(sku_id, '') AS sku_id,
       any_value(sku_description) AS sku_description,
       CAST(usage_start_time AS DATE) AS usage_date,
       coalesce(usage_unit, '') AS usage_unit,
       coalesce(currency, '') AS currency,
       CAST(sum(usage_amount) AS DECIMAL(38,18)) AS usage_amount,
       CAST(sum(cost) AS DECIMAL(38,24)) AS cost,
       count(*) AS line_items
FROM input
GROUP BY project_id, coalesce(service_description, service_id, ''), sku_id, CAST(usage_start_time AS DATE), usage_unit, currency
