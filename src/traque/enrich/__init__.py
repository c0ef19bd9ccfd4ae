"""Enrich: what reference data say of a value. Packed with traque, or the user's own.

::

    geography.country("192.0.2.1")       two-letter code
    networks.network("192.0.2.1")        autonomous system: number and name
    warninglists.holding(observable)     which known-benign lists hold it
    actors.find("APT31")                 actor by any of its names
    techniques.find("T1090")             ATT&CK technique
    places.Atlas([...mmdb files])        country, city and network of an address, the user's data first
    provenance.references()              what is packed, how old, under which licence

Answers depend on nothing but the arguments and the packed data; nothing is fetched.
"""
