"""The jobs that the core does itself: changes of many records, the bin, indexes."""
