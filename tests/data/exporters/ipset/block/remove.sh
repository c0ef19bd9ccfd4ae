#!/bin/sh
# traque 0.0.0, made 2026-01-15, action block
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
# Run this on 2026-02-14 unless a newer export was loaded.
iptables -D INPUT -j TRAQUE 2>/dev/null
iptables -D FORWARD -j TRAQUE 2>/dev/null
iptables -D OUTPUT -j TRAQUE 2>/dev/null
iptables -F TRAQUE 2>/dev/null
iptables -X TRAQUE 2>/dev/null
ipset destroy traque4 2>/dev/null
ip6tables -D INPUT -j TRAQUE 2>/dev/null
ip6tables -D FORWARD -j TRAQUE 2>/dev/null
ip6tables -D OUTPUT -j TRAQUE 2>/dev/null
ip6tables -F TRAQUE 2>/dev/null
ip6tables -X TRAQUE 2>/dev/null
ipset destroy traque6 2>/dev/null
exit 0
