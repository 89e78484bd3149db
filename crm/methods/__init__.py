"""Methods of sales: plain values in, plain values out; no models, no settings."""
