"""Show: what bulletins say, who is behind them, and where their addresses are.

::

    summarise(bulletins, atlas)      the document (traque/show/1)
    page.render(summary, setting)    for a terminal
    world_map.draw(summary)          SVG: a map of the world with counts
    bar_chart.draw(summary)          SVG: countries and networks as bars
    picture.to_png(svg)              the same as PNG
"""

from traque.show.summary import summarise

__all__ = ["summarise"]
