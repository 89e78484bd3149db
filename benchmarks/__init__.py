"""Speed and accuracy, each script printing one table; docs/benchmarks.md keeps the figures."""
