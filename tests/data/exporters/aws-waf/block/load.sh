#!/bin/sh
# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
set -e
cd "$(dirname "$0")"
rules=$(cat <<'END'
[{"Name":"traque-ipv4-1","Priority":0,"Statement":{"IPSetReferenceStatement":{"ARN":"ARN:traque-ipv4-1"}},"Action":{"Block":{}},"VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"traque-ipv4-1"}},{"Name":"traque-ipv6-1","Priority":1,"Statement":{"IPSetReferenceStatement":{"ARN":"ARN:traque-ipv6-1"}},"Action":{"Block":{}},"VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"traque-ipv6-1"}}]
END
)
arn=$(aws wafv2 create-ip-set --cli-input-json file://traque-ipv4-1.json \
  --query Summary.ARN --output text)
rules=$(printf %s "$rules" | sed "s|ARN:traque-ipv4-1\"|$arn\"|")
arn=$(aws wafv2 create-ip-set --cli-input-json file://traque-ipv6-1.json \
  --query Summary.ARN --output text)
rules=$(printf %s "$rules" | sed "s|ARN:traque-ipv6-1\"|$arn\"|")
aws wafv2 create-rule-group --name traque --scope REGIONAL --capacity 2 --visibility-config SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=traque --rules "$rules"
