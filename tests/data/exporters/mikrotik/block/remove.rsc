/ip firewall address-list remove [find list=traque]
/ip firewall raw remove [find comment="traque"]
/ipv6 firewall address-list remove [find list=traque]
/ipv6 firewall raw remove [find comment="traque"]
