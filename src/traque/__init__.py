"""traque: were these indicators of compromise ever here, since when, and what could not be checked?"""

__version__ = "0.1.0"
