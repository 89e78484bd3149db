"""Jobs: load, compute, save. The only room that knows both frames and records."""
