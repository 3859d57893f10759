"""Design tokens, style, shared widgets, and the one bridge from work to screen. Qt."""
