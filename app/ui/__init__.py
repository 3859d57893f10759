"""Design tokens, style, shared widgets, and the one bridge from work to screen. Qt."""

from app.ui.none_guard import keep_none_alive

keep_none_alive()
