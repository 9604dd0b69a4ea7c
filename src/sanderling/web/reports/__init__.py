"""Reports: the last weeks, one campaign, one person."""
