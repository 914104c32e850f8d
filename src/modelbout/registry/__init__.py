"""Who holds the title, since when and why: the Registry protocol, the ledger and what is behind them."""
