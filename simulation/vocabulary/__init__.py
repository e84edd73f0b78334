"""Words from which companies, places and streets are composed. All companies are invented."""
