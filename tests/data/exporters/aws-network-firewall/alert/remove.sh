#!/bin/sh
# traque 0.0.0, made 2026-01-15, action alert
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
# Run this on 2026-02-14 unless a newer export was loaded.
aws network-firewall delete-rule-group --rule-group-name traque --type STATEFUL
