#!/bin/sh
# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
set -e
cd "$(dirname "$0")"
found() {
  aws wafv2 "list-${1}s" --scope REGIONAL --limit 100 --query "$2[?Name=='$3'].$4" --output text
}
# Run this on 2026-02-14 unless a newer export was loaded.
id=$(found rule-group RuleGroups traque Id)
if [ -n "$id" ]; then
  token=$(found rule-group RuleGroups traque LockToken)
  aws wafv2 delete-rule-group --scope REGIONAL --name traque --id "$id" --lock-token "$token"
fi
for name in $(aws wafv2 list-ip-sets --scope REGIONAL --limit 100 \
  --query "IPSets[?starts_with(Name, 'traque-ipv')].Name" --output text)
do
id=$(found ip-set IPSets "$name" Id)
if [ -n "$id" ]; then
  token=$(found ip-set IPSets "$name" LockToken)
  aws wafv2 delete-ip-set --scope REGIONAL --name "$name" --id "$id" --lock-token "$token"
fi
done
