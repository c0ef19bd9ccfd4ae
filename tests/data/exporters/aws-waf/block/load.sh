#!/bin/sh
# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
set -e
cd "$(dirname "$0")"
found() {
  aws wafv2 "list-${1}s" --scope REGIONAL --limit 100 --query "$2[?Name=='$3'].$4" --output text
}
rules=$(cat <<'END'
[{"Name":"traque-ipv4-1","Priority":0,"Statement":{"IPSetReferenceStatement":{"ARN":"ARN:traque-ipv4-1"}},"Action":{"Block":{}},"VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"traque-ipv4-1"}},{"Name":"traque-ipv6-1","Priority":1,"Statement":{"IPSetReferenceStatement":{"ARN":"ARN:traque-ipv6-1"}},"Action":{"Block":{}},"VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"traque-ipv6-1"}}]
END
)
id=$(found ip-set IPSets traque-ipv4-1 Id)
if [ -n "$id" ]; then
  token=$(found ip-set IPSets traque-ipv4-1 LockToken)
  aws wafv2 update-ip-set --scope REGIONAL --name traque-ipv4-1 --addresses file://traque-ipv4-1.json --description "traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda" --id "$id" --lock-token "$token"
else
  aws wafv2 create-ip-set --scope REGIONAL --name traque-ipv4-1 --addresses file://traque-ipv4-1.json --description "traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda" --ip-address-version IPV4
fi
arn=$(found ip-set IPSets traque-ipv4-1 ARN)
rules=$(printf %s "$rules" | sed "s|ARN:traque-ipv4-1\"|$arn\"|")
id=$(found ip-set IPSets traque-ipv6-1 Id)
if [ -n "$id" ]; then
  token=$(found ip-set IPSets traque-ipv6-1 LockToken)
  aws wafv2 update-ip-set --scope REGIONAL --name traque-ipv6-1 --addresses file://traque-ipv6-1.json --description "traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda" --id "$id" --lock-token "$token"
else
  aws wafv2 create-ip-set --scope REGIONAL --name traque-ipv6-1 --addresses file://traque-ipv6-1.json --description "traque CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda" --ip-address-version IPV6
fi
arn=$(found ip-set IPSets traque-ipv6-1 ARN)
rules=$(printf %s "$rules" | sed "s|ARN:traque-ipv6-1\"|$arn\"|")
id=$(found rule-group RuleGroups traque Id)
if [ -n "$id" ]; then
  token=$(found rule-group RuleGroups traque LockToken)
  aws wafv2 update-rule-group --scope REGIONAL --name traque --visibility-config SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=traque --rules "$rules" --id "$id" --lock-token "$token"
else
  aws wafv2 create-rule-group --scope REGIONAL --name traque --visibility-config SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=traque --rules "$rules" --capacity 50
fi
