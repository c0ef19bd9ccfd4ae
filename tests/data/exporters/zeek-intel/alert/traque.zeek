# traque 0.0.0, made 2026-01-15, action alert
# CERT-EXAMPLE-2026-001 2026-01-14 TLP:CLEAR PAP:CLEAR Example Panda (Relays and tools of an intrusion set) by CERT-EXAMPLE
# renew or remove by 2026-02-14
@load frameworks/intel/seen
@load frameworks/intel/do_notice
redef Intel::read_files += { fmt("%s/traque.intel", @DIR) };
redef Intel::read_files += { fmt("%s/traque-urls.intel", @DIR) };
