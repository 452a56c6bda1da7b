// Ledgers: see the table in Package.swift.
