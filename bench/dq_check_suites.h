// The expectations of the dq_check bench beside the statement that one would write by hand for the same counts: one
// SELECT with a FILTER aggregate per expectation, in the suite's order, over the same unit.
#pragma once

namespace cvg {

struct DqBenchPair {
  const char *type;
  const char *kwargs;   // of the expectation, without the braces
  const char *by_hand;  // an expression over bill: the unexpected count, or the observed value
};

inline constexpr DqBenchPair kDqMixed[] = {
    {"expect_table_row_count_to_be_between", R"("min_value":1)", "count(*)"},
    {"expect_column_values_to_not_be_null", R"("column":"payer_account_id")", "count(*) FILTER (WHERE payer_account_id IS NULL)"},
    {"expect_column_values_to_not_be_null", R"("column":"product_code")", "count(*) FILTER (WHERE product_code IS NULL)"},
    {"expect_column_values_to_not_be_null", R"("column":"unblended_cost")", "count(*) FILTER (WHERE unblended_cost IS NULL)"},
    {"expect_column_values_to_not_be_null", R"("column":"usage_start")", "count(*) FILTER (WHERE usage_start IS NULL)"},
    {"expect_column_values_to_not_be_null", R"("column":"region","mostly":0.9)", "count(*) FILTER (WHERE region IS NULL)"},
    {"expect_column_values_to_not_be_null", R"("column":"line_item_id")", "count(*) FILTER (WHERE line_item_id IS NULL)"},
    {"expect_column_values_to_be_in_set", R"("column":"currency","value_set":["USD"],"mostly":0.9)",
     "count(*) FILTER (WHERE currency NOT IN ('USD'))"},
    {"expect_column_values_to_be_in_set",
                  R"("column":"line_item_type","value_set":["Usage","Tax","Credit","Refund","Fee","SavingsPlanCoveredUsage","DiscountedUsage","RIFee"])",
     "count(*) FILTER (WHERE line_item_type NOT IN ('Usage', 'Tax', 'Credit', 'Refund', 'Fee', 'SavingsPlanCoveredUsage', 'DiscountedUsage', 'RIFee'))"},
    {"expect_column_values_to_be_in_set", R"("column":"pricing_unit","value_set":["Hrs","GB","GB-Mo","Requests","LCU","Count"])",
     "count(*) FILTER (WHERE pricing_unit NOT IN ('Hrs', 'GB', 'GB-Mo', 'Requests', 'LCU', 'Count'))"},
    {"expect_column_values_to_be_in_set", R"("column":"region","value_set":["us-east-1","us-west-2","eu-west-1","eu-central-1","ap-northeast-1"])",
     "count(*) FILTER (WHERE region NOT IN ('us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-northeast-1'))"},
    {"expect_column_values_to_not_be_in_set", R"("column":"product_code","value_set":["AWSSupport","Unknown"])",
     "count(*) FILTER (WHERE product_code IN ('AWSSupport', 'Unknown'))"},
    {"expect_column_values_to_match_regex", R"("column":"payer_account_id","regex":"^[0-9]{12}$")",
     "count(*) FILTER (WHERE NOT regexp_matches(payer_account_id, '^[0-9]{12}$'))"},
    {"expect_column_values_to_match_regex", R"("column":"usage_account_id","regex":"^[0-9]{12}$")",
     "count(*) FILTER (WHERE NOT regexp_matches(usage_account_id, '^[0-9]{12}$'))"},
    {"expect_column_values_to_match_regex", R"("column":"usage_type","regex":"^[A-Z0-9]+-[A-Za-z]+:")",
     "count(*) FILTER (WHERE NOT regexp_matches(usage_type, '^[A-Z0-9]+-[A-Za-z]+:'))"},
    {"expect_column_values_to_match_regex", R"("column":"operation","regex":"^RunInstances(:[0-9]+)?$")",
     "count(*) FILTER (WHERE NOT regexp_matches(operation, '^RunInstances(:[0-9]+)?$'))"},
    {"expect_column_values_to_match_regex", R"("column":"resource_id","regex":"^arn:aws:[a-z0-9-]+:")",
     "count(*) FILTER (WHERE NOT regexp_matches(resource_id, '^arn:aws:[a-z0-9-]+:'))"},
    {"expect_column_values_to_not_match_regex", R"x("column":"description","regex":"(?i)(test|dummy|m77[.])","mostly":0.9)x",
     "count(*) FILTER (WHERE regexp_matches(description, '(?i)(test|dummy|m77[.])'))"},
    {"expect_column_values_to_match_like_pattern", R"("column":"invoice_id","like_pattern":"INV-%")",
     "count(*) FILTER (WHERE NOT invoice_id LIKE 'INV-%')"},
    {"expect_column_value_lengths_to_equal", R"("column":"usage_account_id","value":12)",
     "count(*) FILTER (WHERE length(usage_account_id) <> 12)"},
    {"expect_column_value_lengths_to_be_between", R"("column":"usage_type","min_value":5,"max_value":60)",
     "count(*) FILTER (WHERE length(usage_type) NOT BETWEEN 5 AND 60)"},
    {"expect_column_value_lengths_to_equal", R"("column":"line_item_id","value":32)",
     "count(*) FILTER (WHERE length(line_item_id) <> 32)"},
    {"expect_column_values_to_be_between", R"("column":"unblended_cost","min_value":0,"max_value":100000)",
     "count(*) FILTER (WHERE unblended_cost NOT BETWEEN 0 AND 100000)"},
    {"expect_column_values_to_be_between", R"("column":"usage_date","min_value":"2025-11-01","max_value":"2025-11-30")",
     "count(*) FILTER (WHERE usage_date NOT BETWEEN DATE '2025-11-01' AND DATE '2025-11-30')"},
    {"expect_column_values_to_be_between", R"("column":"usage_amount","min_value":0)", "count(*) FILTER (WHERE usage_amount < 0)"},
    {"expect_column_values_to_be_unique", R"("column":"line_item_id")",
     "(SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM bill WHERE x_source = 'aws:export-1' AND x_unit IN ('2025-11') "
     "AND line_item_id IS NOT NULL GROUP BY line_item_id HAVING count(*) > 1))"},
    {"expect_column_unique_value_count_to_be_between", R"("column":"usage_account_id","min_value":1,"max_value":100)",
     "count(DISTINCT usage_account_id)"},
    {"expect_column_sum_to_be_between", R"("column":"unblended_cost","min_value":0)", "sum(unblended_cost)"},
    {"expect_column_max_to_be_between", R"("column":"usage_date","min_value":"2025-11-30")", "max(usage_date)"},
    {"expect_column_pair_values_a_to_be_greater_than_b", R"("column_A":"usage_end","column_B":"usage_start")",
     "count(*) FILTER (WHERE NOT (usage_end IS NULL AND usage_start IS NULL) AND NOT coalesce(usage_end > usage_start, FALSE))"},
};

inline constexpr DqBenchPair kDqHighCardinality[] = {
    {"expect_column_values_to_not_be_null", R"("column":"line_item_id")", "count(*) FILTER (WHERE line_item_id IS NULL)"},
    {"expect_column_values_to_match_regex", R"("column":"line_item_id","regex":"^[0-9a-f]{32}$")",
     "count(*) FILTER (WHERE NOT regexp_matches(line_item_id, '^[0-9a-f]{32}$'))"},
    {"expect_column_value_lengths_to_equal", R"("column":"line_item_id","value":32)", "count(*) FILTER (WHERE length(line_item_id) <> 32)"},
    {"expect_column_values_to_be_unique", R"("column":"line_item_id")",
     "(SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM bill WHERE x_source = 'aws:export-1' AND x_unit IN ('2025-11') "
     "AND line_item_id IS NOT NULL GROUP BY line_item_id HAVING count(*) > 1))"},
    {"expect_column_values_to_match_regex", R"("column":"resource_id","regex":"^arn:aws:[a-z0-9-]+:")",
     "count(*) FILTER (WHERE NOT regexp_matches(resource_id, '^arn:aws:[a-z0-9-]+:'))"},
    {"expect_column_value_lengths_to_be_between", R"("column":"resource_id","min_value":20,"max_value":200)",
     "count(*) FILTER (WHERE length(resource_id) NOT BETWEEN 20 AND 200)"},
    {"expect_column_values_to_match_like_pattern", R"("column":"resource_id","like_pattern":"%instance/i-%")",
     "count(*) FILTER (WHERE NOT resource_id LIKE '%instance/i-%')"},
    {"expect_column_values_to_be_between", R"("column":"unblended_cost","min_value":0,"max_value":100000)",
     "count(*) FILTER (WHERE unblended_cost NOT BETWEEN 0 AND 100000)"},
    {"expect_column_values_to_be_between", R"("column":"blended_cost","min_value":0)", "count(*) FILTER (WHERE blended_cost < 0)"},
    {"expect_column_sum_to_be_between", R"("column":"unblended_cost","min_value":0)", "sum(unblended_cost)"},
};

}  // namespace cvg
