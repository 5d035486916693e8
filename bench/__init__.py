"""Measurements that print ratios: ours against a floor, in one run on one machine."""
