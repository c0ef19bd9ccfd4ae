#!/bin/sh
# traque 0.0.0, made 2026-01-15, action alert
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
# An existing group keeps its capacity. Where that is too small, AWS says so: run remove.sh before.
set -e
cd "$(dirname "$0")"
token=$(aws network-firewall describe-rule-group --rule-group-name traque --type STATEFUL \
  --query UpdateToken --output text 2>/dev/null) || token=
if [ -n "$token" ]; then
  aws network-firewall update-rule-group --rule-group-name traque --type STATEFUL --rule-group file://traque.json --update-token "$token"
else
  aws network-firewall create-rule-group --rule-group-name traque --type STATEFUL --rule-group file://traque.json --capacity 100
fi
