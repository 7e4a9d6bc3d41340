"""Output types that are charts.

A chart's figure is built here, once, for the page and for every picture format.
"""

from __future__ import annotations

from pixie_core.catalogue.base import OutputValue
from pixie_core.catalogue.charts.distributions import ChartBoxplot, ChartHistogram
from pixie_core.catalogue.charts.grids import ChartCandlestick, ChartHeatmap
from pixie_core.catalogue.charts.lines import ChartArea, ChartBar, ChartLine
from pixie_core.catalogue.charts.network import ChartNetwork
from pixie_core.catalogue.charts.points import ChartScatter
from pixie_core.catalogue.charts.sankey import ChartSankey
from pixie_core.catalogue.charts.shares import ChartPie, ChartRadar
from pixie_core.catalogue.charts.treemap import ChartTreemap

__all__ = ["CHARTS"]

CHARTS: tuple[type[OutputValue], ...] = (
    ChartLine,
    ChartArea,
    ChartBar,
    ChartScatter,
    ChartPie,
    ChartHistogram,
    ChartBoxplot,
    ChartHeatmap,
    ChartCandlestick,
    ChartRadar,
    ChartSankey,
    ChartTreemap,
    ChartNetwork,
)
