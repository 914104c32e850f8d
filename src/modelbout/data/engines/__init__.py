"""The engines that can hold a table: one file each, all behind the protocol of ``engine.py``."""
