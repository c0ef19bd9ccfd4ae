"""Use cases on a result document: what it proves, and whether it is still what it was.

Certificates (:func:`certify`), evidence bags (:func:`evidence_bag`), their verification (:func:`verify`), one
sighting word for word (:func:`explain`), and results that become other results: :func:`merge`,
:func:`choose`, :func:`counts`, :func:`changes`.
"""
