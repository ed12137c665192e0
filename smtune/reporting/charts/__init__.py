"""Drawn charts as inline SVG: text is text, colours are the page's, and the same values give the same bytes."""
