#!/bin/sh
# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
# Run this on 2026-02-14 and before a newer export is loaded.
id=$(aws wafv2 list-rule-groups --scope REGIONAL --query "RuleGroups[?Name=='traque'].Id" --output text)
if [ -n "$id" ]; then
  token=$(aws wafv2 get-rule-group --scope REGIONAL --name traque --id "$id" \
    --query LockToken --output text)
  aws wafv2 delete-rule-group --scope REGIONAL --name traque --id "$id" --lock-token "$token"
fi
id=$(aws wafv2 list-ip-sets --scope REGIONAL --query "IPSets[?Name=='traque-ipv4-1'].Id" --output text)
if [ -n "$id" ]; then
  token=$(aws wafv2 get-ip-set --scope REGIONAL --name traque-ipv4-1 --id "$id" \
    --query LockToken --output text)
  aws wafv2 delete-ip-set --scope REGIONAL --name traque-ipv4-1 --id "$id" --lock-token "$token"
fi
id=$(aws wafv2 list-ip-sets --scope REGIONAL --query "IPSets[?Name=='traque-ipv6-1'].Id" --output text)
if [ -n "$id" ]; then
  token=$(aws wafv2 get-ip-set --scope REGIONAL --name traque-ipv6-1 --id "$id" \
    --query LockToken --output text)
  aws wafv2 delete-ip-set --scope REGIONAL --name traque-ipv6-1 --id "$id" --lock-token "$token"
fi
