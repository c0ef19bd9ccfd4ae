#!/bin/sh
# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
set -e
cd "$(dirname "$0")"
ipset -exist restore < ipset.save
iptables-restore --noflush < iptables.rules
iptables -C INPUT -j TRAQUE 2>/dev/null || iptables -I INPUT -j TRAQUE
iptables -C FORWARD -j TRAQUE 2>/dev/null || iptables -I FORWARD -j TRAQUE
iptables -C OUTPUT -j TRAQUE 2>/dev/null || iptables -I OUTPUT -j TRAQUE
ip6tables-restore --noflush < ip6tables.rules
ip6tables -C INPUT -j TRAQUE 2>/dev/null || ip6tables -I INPUT -j TRAQUE
ip6tables -C FORWARD -j TRAQUE 2>/dev/null || ip6tables -I FORWARD -j TRAQUE
ip6tables -C OUTPUT -j TRAQUE 2>/dev/null || ip6tables -I OUTPUT -j TRAQUE
