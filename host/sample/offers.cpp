#include "host/sample/offers.h"

namespace cvg {
namespace {

constexpr Amount price(std::int64_t units) { return {units}; }  // 10^-10

constexpr std::array<Offer, 9> aws_offers{{
    {"AmazonEC2", "Amazon Elastic Compute Cloud", "Compute Instance", "BoxUsage:m5.large", "RunInstances", "Hrs", price(960000000), 10000, 10000},
    {"AmazonEC2", "Amazon Elastic Compute Cloud", "Storage", "EBS:VolumeUsage.gp3", "CreateVolume-Gp3", "GB-Mo", price(800000000), 100, 60000},
    {"AmazonS3", "Amazon Simple Storage Service", "Storage", "TimedStorage-ByteHrs", "StandardStorage", "GB-Mo", price(230000000), 10, 90000},
    {"AmazonS3", "Amazon Simple Storage Service", "API Request", "Requests-Tier1", "PutObject", "Requests", price(50000), 10000, 9000000},
    {"AmazonRDS", "Amazon Relational Database Service", "Database Instance", "InstanceUsage:db.r6g.large", "CreateDBInstance:0014", "Hrs", price(2250000000), 10000, 10000},
    {"AWSLambda", "AWS Lambda", "Serverless", "Lambda-GB-Second", "Invoke", "Lambda-GB-Second", price(166667), 1000, 50000000},
    {"AmazonCloudWatch", "AmazonCloudWatch", "Metric", "CW:MetricMonitorUsage", "MetricStorage", "Metrics", price(3000000000), 1, 40000},
    {"AWSDataTransfer", "AWS Data Transfer", "Data Transfer", "DataTransfer-Out-Bytes", "", "GB", price(900000000), 1, 200000},
    {"AWSELB", "Elastic Load Balancing", "Load Balancer", "LoadBalancerUsage", "LoadBalancing:Application", "Hrs", price(225000000), 10000, 10000},
}};
constexpr std::array<Region, 3> aws_regions{{{"us-east-1", "US East (N. Virginia)", "us-east-1a"},
                                             {"eu-central-1", "EU (Frankfurt)", "eu-central-1b"},
                                             {"ap-northeast-1", "Asia Pacific (Tokyo)", "ap-northeast-1c"}}};
constexpr std::array<SampleAccount, 4> aws_accounts{{{"000000000101", "Example Holding", "000000000101", "example-root", "USD"},
                                                     {"000000000101", "Example Holding", "000000000102", "example-prod", "USD"},
                                                     {"000000000101", "Example Holding", "000000000103", "example-dev", "USD"},
                                                     {"000000000201", "Example Europe", "000000000202", "example-eu", "EUR"}}};

constexpr std::array<Offer, 7> gcp_offers{{
    {"6F81-5844-456A", "Compute Engine", "Compute", "N2 Instance Core running in Americas", "CP-COMPUTE-N2-CORE", "hour", price(316110000), 10000, 80000},
    {"6F81-5844-456A", "Compute Engine", "Compute", "SSD backed PD Capacity", "CP-PD-SSD", "gibibyte month", price(1700000000), 100, 40000},
    {"24E6-581D-38E5", "BigQuery", "Analytics", "Analysis (us-central1)", "BQ-ANALYSIS", "tebibyte", price(62500000000), 1, 3000},
    {"95FF-2EF5-5EA1", "Cloud Storage", "Storage", "Standard Storage US Multi-region", "GCS-STANDARD", "gibibyte month", price(260000000), 10, 90000},
    {"9662-B51E-5089", "Cloud SQL", "Database", "Cloud SQL for PostgreSQL: Zonal - vCPU", "CSQL-PG-VCPU", "hour", price(413000000), 10000, 40000},
    {"152E-C115-5142", "Cloud Run", "Compute", "CPU Allocation Time", "RUN-CPU", "second", price(240000), 1000, 90000000},
    {"E505-1604-58F8", "Networking", "Network", "Network Internet Egress", "NET-EGRESS", "gibibyte", price(850000000), 1, 200000},
}};
constexpr std::array<Region, 3> gcp_regions{{{"us-central1", "Iowa", "us-central1-a"}, {"europe-west3", "Frankfurt", "europe-west3-b"},
                                             {"asia-northeast1", "Tokyo", "asia-northeast1-c"}}};
constexpr std::array<SampleAccount, 3> gcp_accounts{{{"00AA00-00BB00-00CC01", "Example Billing", "example-prod", "Example Production", "USD"},
                                                     {"00AA00-00BB00-00CC01", "Example Billing", "example-analytics", "Example Analytics", "USD"},
                                                     {"00AA00-00BB00-00CC02", "Example Billing EU", "example-eu", "Example Europe", "EUR"}}};

constexpr std::array<Offer, 7> azure_offers{{
    {"Microsoft.Compute", "Virtual Machines", "Compute", "D2s v5", "Dsv5 Series", "1 Hour", price(960000000), 10000, 10000},
    {"Microsoft.Compute", "Storage", "Storage", "P10 LRS Disk", "Premium SSD Managed Disks", "1/Month", price(197100000000), 1, 330},
    {"Microsoft.Storage", "Storage", "Storage", "Hot LRS Data Stored", "Tiered Block Blob", "1 GB/Month", price(184000000), 10, 90000},
    {"Microsoft.Sql", "SQL Database", "Databases", "vCore", "General Purpose", "1 Hour", price(2520000000), 10000, 20000},
    {"Microsoft.Web", "Azure App Service", "Compute", "P1 v3 App", "Premium v3 Plan", "1 Hour", price(1550000000), 10000, 10000},
    {"Microsoft.Network", "Bandwidth", "Networking", "Standard Data Transfer Out", "Rtn Preference: MGN", "1 GB", price(870000000), 1, 200000},
    {"Microsoft.KeyVault", "Key Vault", "Security", "Operations", "Key Vault", "10K", price(300000000), 1, 40000},
}};
constexpr std::array<Region, 3> azure_regions{{{"eastus", "US East", "1"}, {"germanywestcentral", "DE West Central", "2"}, {"japaneast", "JA East", "3"}}};
constexpr std::array<SampleAccount, 3> azure_accounts{
    {{"90000001", "Example Enterprise", "00000000-0000-4000-8000-000000000001", "Example Production", "USD"},
     {"90000001", "Example Enterprise", "00000000-0000-4000-8000-000000000002", "Example Development", "USD"},
     {"90000002", "Example Canada", "00000000-0000-4000-8000-000000000003", "Example Canada", "CAD"}}};

template <std::size_t A, std::size_t B, std::size_t C>
constexpr CloudOffers join(const std::array<Offer, A>& offers, const std::array<Region, B>& regions, const std::array<SampleAccount, C>& accounts) {
  return {offers.data(), A, regions.data(), B, accounts.data(), C};
}

}  // namespace

const CloudOffers& offers_of(Cloud cloud) {
  static constexpr CloudOffers aws = join(aws_offers, aws_regions, aws_accounts);
  static constexpr CloudOffers gcp = join(gcp_offers, gcp_regions, gcp_accounts);
  static constexpr CloudOffers azure = join(azure_offers, azure_regions, azure_accounts);
  return cloud == Cloud::aws ? aws : cloud == Cloud::gcp ? gcp : azure;
}

}  // namespace cvg
