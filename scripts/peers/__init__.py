"""The jobs of `scripts/compare-peers`: `race` runs and shows, `tools` finds and builds, a module a job says who does what."""
